import type { Message } from "@bufbuild/protobuf";
import type { JsonObject } from "@sessionstream/protocol";
import type { PayloadRegistry } from "@sessionstream/protocol/codec";
import type { Principal } from "../command/define-command.ts";
import type { PublishOptions, PublishResult } from "../effect/effect.ts";
import type { EventInput } from "../event/define-event.ts";
import type { AnyRecord } from "../fan-out/lane-reader.ts";
import type { AttachRequest, Subscription } from "../fan-out/subscriber.ts";
import type { SessionKey } from "../storage/contract.ts";
import type { BellState } from "./bell.ts";
import type { ErrorRecord } from "./error-records.ts";
import type { AuthorizeRequest, HubLimits } from "./hub-options.ts";
import type { Retained, RetentionPolicy } from "./retention-policy.ts";
import type { Revocation } from "./revocation.ts";

export interface SubmitRequest {
  readonly principal: Principal;
  readonly session: string;
  readonly command: string;
  /** Idempotency key: unique within the session, for the life of its log (L9). */
  readonly id: string;
  /** The command's message, or its protobuf JSON. */
  readonly payload: Message | JsonObject;
}

export interface CommandAck {
  readonly epoch: string;
  /** Head after the commit. */
  readonly ordinal: bigint;
  readonly outcome: JsonObject;
  /** This answer is the stored outcome of an earlier attempt. */
  readonly repeated: boolean;
}

/** A session at one ordinal, as the server knows it: server-only kinds too, nothing redacted. Who sends it, redacts. */
export interface SessionSnapshot {
  readonly session: SessionKey;
  readonly epoch: string;
  readonly view: string;
  readonly ordinal: bigint;
  readonly tag: string;
  readonly entities: readonly AnyRecord[];
}

export interface SnapshotQuery {
  readonly principal: Principal;
  readonly session: string;
  /** State as of this ordinal, clamped to the head; below the retained floor the answer is `gone`. */
  readonly asOf?: bigint;
}

/**
 * Commands → events → projections → storage → fan-out, one serial lane per session.
 * Every rejection is a `SessionStreamError`.
 */
export interface Hub {
  /** In force: defaults included. */
  readonly limits: HubLimits;
  /** Every type its modules name: for whoever writes payloads as JSON. */
  readonly payloads: PayloadRegistry;
  /** @throws unknown_command, invalid_command, forbidden, key_reused, command_rejected or a command's own code, session_full, busy, draining, storage_unavailable, outcome_unknown */
  submit(request: SubmitRequest): Promise<CommandAck>;
  /** For trusted server code. One unit: all events or none. */
  publish(session: SessionKey, events: readonly EventInput[], options?: PublishOptions): Promise<PublishResult>;
  /** `null` when the session has no log. Creates nothing. @throws forbidden, gone */
  snapshot(query: SnapshotQuery): Promise<SessionSnapshot | null>;
  /** Authorizes, then subscribes; resolves when the first snapshot is on its way. @throws forbidden, storage_unavailable, draining */
  attach(principal: Principal, request: AttachRequest): Promise<Subscription>;
  /** Asks the app whether the principal may, for what is kept beside the log. @throws forbidden, timeout, internal */
  permit(request: AuthorizeRequest): Promise<void>;
  /** Ends the log: subscribers start over with an unborn session, effects are aborted. */
  remove(principal: Principal, session: string): Promise<void>;
  /** Throws away the entities and derives them again from the log, atomically. */
  rebuild(session: SessionKey): Promise<void>;
  /**
   * Shortens the log; what the session shows stays as it is. Cursors and `asOf` below the floor are over.
   * @throws session_not_found; invalid_options when the storage is no RetentionStorage; busy
   */
  retain(session: SessionKey, policy: RetentionPolicy): Promise<Retained>;
  /**
   * Takes back what these events said, in the log, the entities and the outcome of their commands. Ordinals stay, and
   * entities are derived anew without them: whoever watches starts over.
   * @throws session_not_found, bad_request; gone below the floor; invalid_options when the storage is no
   * RedactableStorage, or a kind is unknown here; busy
   */
  erase(session: SessionKey, ordinals: readonly bigint[]): Promise<void>;
  /**
   * Ends what is live, now: a principal's and a connection's sockets with 4015, a session's subscriptions with
   * `forbidden`. Not a frame follows. Runs go on: stopping them is a command.
   */
  revoke(revocation: Revocation): void;
  /** For transports, which close their connections. @returns stops that. */
  onRevoked(listener: (revocation: Revocation) => void): () => void;
  errors(query?: { readonly session?: SessionKey; readonly limit?: number }): Promise<readonly ErrorRecord[]>;
  discardErrors(errorIds: readonly string[]): Promise<void>;
  /**
   * Rebuilds the session with the projections as they are now, and discards the records of what does not fail any more.
   * An event that its row says a projection skipped is tried again by that projection's next version only.
   * @returns what is left
   */
  retryErrors(session: SessionKey): Promise<readonly ErrorRecord[]>;
  stats(): HubStats;
  /** Refuses new commands, lets commits finish, checkpoints. */
  drain(): Promise<void>;
  /** `drain`, abort effects, close storage. Idempotent. */
  close(): Promise<void>;
}

export interface HubStats {
  readonly sessions: number;
  readonly subscribers: number;
  readonly effects: number;
  readonly draining: boolean;
  /** `deaf`: other hubs' commits are found by polling alone, some seconds late. `none`: there is no doorbell. */
  readonly doorbell: BellState | "none";
}
