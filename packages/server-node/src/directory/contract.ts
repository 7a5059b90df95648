/**
 * The list of a user's threads: what it keeps of each session, and what each principal has marked. Derived from the logs
 * and never in their way: an entry may be late, and a lost one comes back with its session's next activity. Titles given
 * by hand and marks are the only things that live here alone.
 */
import type { ThreadMarks, ThreadSummary } from "@sessionstream/protocol";
import type { SessionKey } from "../storage/contract.ts";

/** The newest messages an entry keeps. */
export { RECENT_MESSAGES } from "@sessionstream/protocol";

export interface DirectoryMessage {
  readonly ordinal: bigint;
  /** Principal id; `null`: nobody's, as an answer. */
  readonly author: string | null;
}

/** What a session has become, as of one ordinal of its log. */
export interface SessionActivity {
  readonly session: SessionKey;
  /** Whose list it is in: a principal id; `""`: nobody's yet. */
  readonly owner: string;
  /** Shown until somebody gives it another. Cut to `TITLE_LENGTH`. */
  readonly title: string;
  /** Cut to `PREVIEW_LENGTH`. */
  readonly preview: string;
  /** When the log began: of two logs of one session the later one counts. */
  readonly createdAt: number;
  readonly lastActivityAt: number;
  readonly ordinal: bigint;
  /** Ascending; the newest `RECENT_MESSAGES` are kept. */
  readonly messages: readonly DirectoryMessage[];
}

/** Of one principal. What is absent stays. */
export type DirectoryMark = Partial<ThreadMarks>;

/** A thread as one principal sees it. */
export interface DirectoryEntry extends ThreadSummary {
  readonly session: SessionKey;
  readonly owner: string;
}

export interface DirectoryQuery {
  readonly tenant: string;
  /** The list is of what it owns. */
  readonly principal: string;
  readonly archived: boolean;
  /** In title or preview, whatever the case; `""`: everything. */
  readonly search: string;
  /** `next` of the page before; `null`: the first page. */
  readonly before: string | null;
  /** 1 to `MAX_PAGE`. */
  readonly limit: number;
}

export interface DirectoryPage {
  /** Pinned ones first, then by last activity, newest first. */
  readonly entries: readonly DirectoryEntry[];
  /** `null`: there are no more. */
  readonly next: string | null;
}

export const MAX_PAGE = 100;

/** Every method is atomic. A failure is `storage_unavailable`, or `corrupt_data` where a row cannot be read. */
export interface SessionDirectory {
  /** Takes what is newer than what it has, by the log's beginning and the ordinal; anything else changes nothing. */
  record(activity: SessionActivity): Promise<void>;
  /** @throws bad_request for a limit or a `before` that cannot be */
  list(query: DirectoryQuery): Promise<DirectoryPage>;
  get(session: SessionKey, principal: string): Promise<DirectoryEntry | null>;
  /** Stands from now on; `""` brings the derived title back. Nothing happens to an unknown session, here and below. */
  rename(session: SessionKey, title: string): Promise<void>;
  mark(session: SessionKey, principal: string, mark: DirectoryMark): Promise<void>;
  remove(session: SessionKey): Promise<void>;
  close(): Promise<void>;
}
