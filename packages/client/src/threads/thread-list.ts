/**
 * The port between a list of threads and whatever keeps it; beside `ChatBackend`, because not every server keeps one.
 * Two implementations from the first day: over HTTP, and in memory. Every rejection is a `SessionStreamError`.
 */
import type { SessionId } from "@sessionstream/protocol";

/** A conversation as the user sees it in a list. */
export interface ThreadEntry {
  readonly sessionId: SessionId;
  /** By hand, or of the first prompt; `""`: nothing was said yet. */
  readonly title: string;
  /** Of the newest message, one line. */
  readonly preview: string;
  readonly createdAt: number;
  readonly lastActivityAt: number;
  readonly lastMessageOrdinal: bigint;
  readonly readOrdinal: bigint;
  /** As many as 100 are counted: 100 means that or more. */
  readonly unread: number;
  readonly pinned: boolean;
  readonly muted: boolean;
  readonly archived: boolean;
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

export interface ThreadPage {
  /** Pinned ones first, then by last activity. */
  readonly threads: readonly ThreadEntry[];
  /** `null`: there are no more. */
  readonly next: string | null;
}

/** What a user can change of a thread. The title is everybody's, the rest is theirs alone. */
export interface ThreadChange {
  /** `""`: the one of the first prompt again. */
  readonly title?: string;
  readonly pinned?: boolean;
  readonly muted?: boolean;
  readonly archived?: boolean;
  /** Messages up to it are read. Never goes back. */
  readonly readOrdinal?: bigint;
}

export interface ThreadList {
  list(request?: ThreadPageRequest, signal?: AbortSignal): Promise<ThreadPage>;
  /** Resolves with the thread as it is then. */
  update(sessionId: SessionId, change: ThreadChange, signal?: AbortSignal): Promise<ThreadEntry>;
  /** The conversation and all it says. Nothing happens to one that is not there. */
  remove(sessionId: SessionId, signal?: AbortSignal): Promise<void>;
}

/** Pinned first, then the newest activity, then by id. */
export function compareThreads(a: ThreadEntry, b: ThreadEntry): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  if (a.lastActivityAt !== b.lastActivityAt) return b.lastActivityAt - a.lastActivityAt;
  if (a.sessionId === b.sessionId) return 0;
  return a.sessionId < b.sessionId ? -1 : 1;
}
