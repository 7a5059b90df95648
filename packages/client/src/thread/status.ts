import type { SessionStreamError } from "@sessionstream/protocol";

/**
 * Four facts about a thread that must not be mixed: the socket, the content, the run and each own message.
 * A lost socket never changes a run; a failed load is never an empty thread.
 */
export type ConnectionStatus =
  | { readonly type: "idle" }
  | { readonly type: "connecting"; readonly attempt: number }
  | { readonly type: "open" }
  | {
      readonly type: "waiting";
      readonly attempt: number;
      readonly retryAt: number;
      readonly reason: "lost" | "offline" | "refused";
    }
  | { readonly type: "closed" }
  | { readonly type: "failed"; readonly error: SessionStreamError };

export type HydrationStatus =
  | { readonly type: "idle" }
  | { readonly type: "loading" }
  /** Content is complete at its cursor and follows live. */
  | { readonly type: "ready" }
  /** Content is shown but may be old: the connection is being restored. */
  | { readonly type: "stale" }
  | { readonly type: "failed"; readonly error: SessionStreamError };

export type RunPhase = "queued" | "running" | "awaiting-input" | "finished" | "stopped" | "failed" | "interrupted";

export type RunState =
  | { readonly type: "none" }
  | {
      readonly type: "run";
      readonly id: string;
      readonly phase: RunPhase;
      /** False once the run reached a terminal phase. */
      readonly active: boolean;
      readonly stopRequested: boolean;
      readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean } | null;
    };

/** One own message on its way: shown as an optimistic row until its entity arrives. */
export interface PendingMessage {
  readonly commandId: string;
  readonly text: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly delivery:
    | { readonly type: "queued" }
    | { readonly type: "sending" }
    | { readonly type: "accepted"; readonly epoch: string; readonly ordinal: bigint }
    | { readonly type: "failed"; readonly error: SessionStreamError };
}

export interface ThreadStatus {
  readonly connection: ConnectionStatus;
  readonly hydration: HydrationStatus;
  /** The active run, else the latest one. */
  readonly run: RunState;
  readonly pending: readonly PendingMessage[];
}
