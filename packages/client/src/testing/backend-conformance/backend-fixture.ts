import type { SessionId } from "@sessionstream/protocol";
import type { ChatBackend } from "../../backend/chat-backend.ts";

/** One backend before one server, both fresh, with the least the cases need to know of it. */
export interface BackendFixture {
  readonly backend: ChatBackend;
  /** Answered in a few pieces of text and then finished. */
  readonly shortPrompt: string;
  /** Answered with some text, and then not finished before it is stopped. */
  readonly endlessPrompt: string;
  close(): Promise<void>;
}

export interface BackendCase {
  /** Never reused, never renumbered. */
  readonly id: string;
  readonly title: string;
  /** @throws whatever does not hold. */
  run(fixture: BackendFixture, session: SessionId): Promise<void>;
}
