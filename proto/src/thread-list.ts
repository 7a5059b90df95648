/** Owns what a list of threads says: of each thread, how a user may change it, in which order, and as JSON over HTTP. */

/** The newest messages that can be counted as unread: 100 means "99+". */
export const RECENT_MESSAGES = 100;

/** What a user has marked on a thread; theirs alone. */
export interface ThreadMarks {
  readonly pinned: boolean;
  readonly muted: boolean;
  readonly archived: boolean;
  /** Messages up to it are read. Never goes back. */
  readonly readOrdinal: bigint;
}

/** A thread as one user sees it. */
export interface ThreadSummary extends ThreadMarks {
  /** By hand, or of the first prompt; `""`: nothing was said yet. */
  readonly title: string;
  /** Of the newest message, one line. */
  readonly preview: string;
  readonly createdAt: number;
  readonly lastActivityAt: number;
  /** `0n`: it has no message. */
  readonly lastMessageOrdinal: bigint;
  /** Messages after the read ordinal and after the user's own newest one: who writes has read. */
  readonly unread: number;
}

/** What is absent stays. */
export interface ThreadChange extends Partial<ThreadMarks> {
  /** Everybody's, unlike the marks. `""`: the one of the first prompt again. */
  readonly title?: string;
}

export interface ThreadFilter {
  /** Default `false`: what is not archived. */
  readonly archived?: boolean;
  /** In title and preview, whatever the case. */
  readonly search?: string;
}

export interface ThreadPageRequest extends ThreadFilter {
  /** `next` of the page before. */
  readonly before?: string;
  /** 1 to 100. Default 30. */
  readonly limit?: number;
}

/** A thread in an answer over HTTP: ordinals are decimal strings. */
export interface ThreadJson extends Omit<ThreadSummary, "readOrdinal" | "lastMessageOrdinal"> {
  readonly sessionId: string;
  readonly readOrdinal: string;
  readonly lastMessageOrdinal: string;
}

/** What places a thread in the list. */
export interface ThreadPlace extends Pick<ThreadSummary, "pinned" | "lastActivityAt"> {
  readonly sessionId: string;
}

/** Pinned first, then the newest activity, then by id. */
export function compareThreads(a: ThreadPlace, b: ThreadPlace): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  if (a.lastActivityAt !== b.lastActivityAt) return b.lastActivityAt - a.lastActivityAt;
  if (a.sessionId === b.sessionId) return 0;
  return a.sessionId < b.sessionId ? -1 : 1;
}
