/**
 * The port between a list of threads and whatever keeps it; beside `ChatBackend`, because not every server keeps one.
 * Two implementations from the first day: over HTTP, and in memory. Every rejection is a `SessionStreamError`.
 */
import type { SessionId, ThreadChange, ThreadPageRequest, ThreadSummary } from "@sessionstream/protocol";

/** A conversation as the user sees it in a list. */
export interface ThreadEntry extends ThreadSummary {
  readonly sessionId: SessionId;
}

export interface ThreadPage {
  /** Pinned ones first, then by last activity. */
  readonly threads: readonly ThreadEntry[];
  /** `null`: there are no more. */
  readonly next: string | null;
}

export interface ThreadList {
  list(request?: ThreadPageRequest, signal?: AbortSignal): Promise<ThreadPage>;
  /** Resolves with the thread as it is then. */
  update(sessionId: SessionId, change: ThreadChange, signal?: AbortSignal): Promise<ThreadEntry>;
  /** The conversation and all it says. Nothing happens to one that is not there. */
  remove(sessionId: SessionId, signal?: AbortSignal): Promise<void>;
}
