/**
 * Owns what a followed session can be in. The connection is another fact with its own machine (./connection): here it
 * is only there or not.
 */
import type { Cursor, SessionStreamError } from "@sessionstream/protocol";
import type { EarlyEvents } from "./early-events.ts";
import type { SnapshotParts } from "./snapshot-parts.ts";

/** What the server on the other end speaks: our `timeline` capability, or the reference's snapshots and UI events. */
export type Peer = "timeline" | "reference";

/** What survives a lost connection. */
export interface Held {
  /** Where the applied content ends. Moves only with content that was applied. */
  readonly cursor: Cursor;
  readonly floor: bigint;
  /** Something was applied, so there is content to show. */
  readonly loaded: boolean;
  /** Requests so far: makes the next request's id. */
  readonly requests: number;
  /** Resyncs in a row that brought nothing forward. */
  readonly attempt: number;
}

export interface PendingPage {
  readonly requestId: string;
  readonly limit: number;
}

export type SessionState =
  /** No connection. */
  | { readonly type: "detached"; readonly held: Held }
  /** Asked; only snapshots that answer count. */
  | {
      readonly type: "syncing";
      readonly held: Held;
      readonly requestId: string;
      readonly parts: SnapshotParts | null;
      readonly passedOver: number;
    }
  | {
      readonly type: "live";
      readonly held: Held;
      readonly parts: SnapshotParts | null;
      readonly page: PendingPage | null;
    }
  /** Reference server: events before the snapshot wait. */
  | { readonly type: "reference-syncing"; readonly held: Held; readonly early: EarlyEvents }
  /** Reference server: content is there, `subscribed` is not. Events at or below `boundary` are in the content. */
  | { readonly type: "reference-catching-up"; readonly held: Held; readonly boundary: bigint }
  | { readonly type: "reference-live"; readonly held: Held; readonly boundary: bigint }
  /** Asks again after a while. */
  | { readonly type: "retrying"; readonly held: Held; readonly peer: Peer; readonly error: SessionStreamError }
  /** Asks again when told to, or on the next connection. */
  | { readonly type: "failed"; readonly held: Held; readonly error: SessionStreamError };

export type StateOf<Type extends SessionState["type"]> = Extract<SessionState, { readonly type: Type }>;

export interface SessionConfig {
  readonly sessionId: string;
  /** Unique among the subscriptions of a connection: starts the ids of requests. */
  readonly subscription: string;
  /** Newest rows wanted. */
  readonly window: number;
}

export const HYDRATION_TIMEOUT_MS = 15_000;
export const PAGE_TIMEOUT_MS = 15_000;
