import type { Cursor, EntityPatchJson, JsonObject, SessionId } from "@sessionstream/protocol";
import type { ConnectionStatus, HydrationStatus } from "../thread/status.ts";
import type { TimelineEntity } from "../timeline/entity.ts";
import type { BoundMutation } from "../timeline/mutation.ts";

/** One entity's change within a commit. */
export type EntityChange =
  | { readonly type: "put"; readonly entity: TimelineEntity }
  | {
      readonly type: "patch";
      readonly kind: string;
      readonly id: string;
      readonly ordinal: bigint;
      readonly createdOrdinal: bigint;
      readonly updatedAt: number;
      readonly open: boolean;
      readonly baseOrdinal: bigint;
      readonly patch: EntityPatchJson;
    }
  | {
      readonly type: "remove";
      readonly kind: string;
      readonly id: string;
      readonly ordinal: bigint;
      readonly createdOrdinal: bigint;
    };

/** A state change of a session. The receiver applies each whole or not at all, in one notification. */
export type TimelineUpdate =
  /** Assigns everything. */
  | {
      readonly type: "full";
      readonly cursor: Cursor;
      readonly entities: readonly TimelineEntity[];
      readonly floor: bigint;
      readonly hasEarlier: boolean;
    }
  /** What changed since an ordinal at or before the cursor; `removed` and settled entities below the floor go. */
  | {
      readonly type: "delta";
      readonly cursor: Cursor;
      readonly entities: readonly TimelineEntity[];
      readonly removed: readonly { readonly kind: string; readonly id: string }[];
      readonly floor: bigint;
      readonly hasEarlier: boolean;
    }
  /** Older rows; the cursor stays. */
  | {
      readonly type: "page";
      readonly entities: readonly TimelineEntity[];
      readonly floor: bigint;
      readonly hasEarlier: boolean;
    }
  /** The window starts later from now on: settled rows below go, and there are earlier ones again. */
  | { readonly type: "forget"; readonly floor: bigint }
  /** One commit whose `prev` is the cursor. */
  | {
      readonly type: "commit";
      readonly epoch: string;
      readonly ordinal: bigint;
      readonly tag: string;
      readonly changes: readonly EntityChange[];
    }
  /** One UI event of a reference server, mapped. Events that share an ordinal all count; one below the cursor is old. */
  | { readonly type: "mutations"; readonly ordinal: bigint; readonly mutations: readonly BoundMutation[] }
  /** Latest wins by key; `payload: undefined` takes the key away. */
  | { readonly type: "ephemeral"; readonly key: string; readonly payload: unknown; readonly ttlMs: number };

/** `mismatch`: a base or an offset did not fit; nothing was applied and the backend fetches a full state. */
export type ApplyResult = "applied" | "mismatch";

/** Implemented by the thread; never throws. */
export interface SessionObserver {
  apply(update: TimelineUpdate): ApplyResult;
  connection(status: ConnectionStatus): void;
  hydration(status: HydrationStatus): void;
}

export interface SessionHandle {
  /** Resolves when the page was applied; rejects `network`, `timeout`. At most one at a time. */
  loadEarlier(limit: number): Promise<void>;
  /** Lets go of rows created before `floor`; `loadEarlier` brings them back. Nothing happens while not live. */
  forgetBelow(floor: bigint): void;
  /** Try again now, whatever the backoff says. */
  reconnect(): void;
  close(): void;
}

export interface CommandSubmission {
  readonly session: SessionId;
  /** Wire name of the command: `ChatStartInference`, `ChatStopInference`, `ChatAnswerApproval`. */
  readonly name: string;
  readonly commandId: string;
  readonly payload: JsonObject;
}

export interface CommandReceipt {
  readonly epoch: string;
  readonly ordinal: bigint;
}

/** Content somebody holds already, from a snapshot that came another way. */
export interface ResumePoint {
  /** Ordinal 0: there is content to show, but not one to continue from. */
  readonly cursor: Cursor;
  readonly floor: bigint;
}

/**
 * The port between a chat client and any server. Two implementations from the first day, so that it is not shaped by
 * one server: `sessionstream` and `local`.
 */
export interface ChatBackend {
  /**
   * Follows a session until the handle is closed. The observer is called only between `open` and `close`. `from`: what
   * the observer shows already; a backend that cannot continue from there sends a full state.
   */
  open(session: SessionId, observer: SessionObserver, from?: ResumePoint): SessionHandle;
  /** Takes effect at most once per `commandId`. Rejects with a `SessionStreamError`; `retryable` tells if trying again can help. */
  submit(command: CommandSubmission, signal: AbortSignal): Promise<CommandReceipt>;
  close(): void;
}
