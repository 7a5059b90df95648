import type { ChatBackend } from "../../backend/chat-backend.ts";
import type { ThreadList } from "../../threads/thread-list.ts";

/** A list of threads and the backend of the same server, both fresh. */
export interface ThreadListFixture {
  readonly backend: ChatBackend;
  readonly threads: ThreadList;
  /** Answered and then finished. */
  readonly prompt: string;
  close(): Promise<void>;
}

export interface ThreadListCase {
  /** Never reused, never renumbered. */
  readonly id: string;
  readonly title: string;
  /** @throws whatever does not hold. */
  run(fixture: ThreadListFixture): Promise<void>;
}
