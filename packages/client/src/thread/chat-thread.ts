import type { CommandId, EntityKey, SessionId } from "@sessionstream/protocol";
import type { Timeline } from "../timeline/timeline.ts";
import type { ApprovalAnswer } from "./answer-approval.ts";
import type { SessionReset } from "./session-reset.ts";
import type { SessionSnapshot } from "./session-snapshot.ts";
import type { PendingMessage, ThreadStatus } from "./status.ts";

/**
 * One row of the transcript. An own message has the same `key` from the keystroke to the stored entity, so that
 * nothing is remounted when the server confirms it.
 */
export type TranscriptRow =
  | { readonly type: "entity"; readonly key: string; readonly entity: EntityKey }
  | { readonly type: "pending"; readonly key: string; readonly message: PendingMessage };

export interface SendInput {
  readonly text: string;
  /** Default: minted. Pass one to make a retry of your own idempotent. */
  readonly commandId?: CommandId;
  readonly busyPolicy?: "queue" | "replace" | "reject";
}

/** A conversation over one session: what a user interface needs and nothing else. */
export interface ChatThread {
  readonly sessionId: SessionId;
  readonly timeline: Timeline;
  getStatus(): ThreadStatus;
  subscribeStatus(listener: () => void): () => void;
  /** Entities in order, then the pending messages that have no entity yet. Identity kept until it changes. */
  getRows(): readonly TranscriptRow[];
  subscribeRows(listener: () => void): () => void;
  /** Called when content was replaced instead of continued: another log, another view, a restored backup. */
  subscribeResets(listener: (reset: SessionReset) => void): () => void;
  /** Shows the message at once; resolves when the server took it. Rejects with its error and keeps the row as `failed`. */
  send(input: SendInput): Promise<void>;
  /** Sends a failed message again under its own id. */
  retry(commandId: string): Promise<void>;
  /** Takes a failed or waiting message away. Returns its text, so that the composer can offer it again. */
  discard(commandId: string): string | undefined;
  /** Stops the run on the server, for every tab. Leaving never does. */
  stop(): Promise<void>;
  /** Asks again for an answer to a failed, stopped or interrupted run. */
  retryRun(runId: string): Promise<void>;
  /**
   * Allows or refuses the call of a tool that was shown. Sent now or not at all: rejects with `network` while the thread
   * does not follow its session, and with `already_answered` when somebody has decided otherwise.
   */
  answerApproval(answer: ApprovalAnswer): Promise<void>;
  loadEarlier(): Promise<void>;
  /** After a failed load or a failed connection: try again now. */
  reconnect(): void;
}

/** Owns the connection and the threads. Lives outside any UI framework; threads are counted by their users. */
export interface ChatClient {
  /**
   * Keeps the thread connected until the returned lease is released (and 1 s longer, for remounts). A snapshot is shown
   * at once, and what happened since is fetched; it counts only for the first who acquires the thread.
   */
  acquire(sessionId: SessionId, snapshot?: SessionSnapshot): ThreadLease;
  close(): void;
}

export interface ThreadLease {
  readonly thread: ChatThread;
  release(): void;
}
