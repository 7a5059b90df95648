import type { EntityRecord } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";
import type { CommittedChange } from "./committed-change.ts";

/** Where a lane's current view stands. */
export interface LaneHead {
  readonly epoch: string;
  /** Also while unborn: a subscriber of a session's first moment can then resume by it. */
  readonly view: string;
  readonly ordinal: bigint;
  readonly tag: string;
  /** No delta from a cursor below: removals up to here may be forgotten. */
  readonly horizon: bigint;
  readonly floor: bigint;
}

/** An entity that is gone, remembered so that a delta can say so. */
export interface RemovedRecord {
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  readonly createdIndex: number;
  readonly lastEventOrdinal: bigint;
  readonly updatedAt: number;
  /** Whether subscribers that may not see the kind must not hear of the removal either. */
  readonly kindIsPublic: boolean;
}

/** An entity whose kind this hub does not know (any more): kept and passed on as it is stored (L8). */
export interface OpaqueRecord {
  readonly opaque: true;
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  readonly createdIndex: number;
  readonly lastEventOrdinal: bigint;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly open: boolean;
  readonly commandId: string | undefined;
  /** protobuf JSON text with "@type". */
  readonly payload: string;
}

export type AnyRecord = EntityRecord | OpaqueRecord;

/** What fan-out reads of a lane. Synchronous methods answer from memory, at the current swap boundary. */
export interface LaneReader {
  readonly session: SessionKey;
  head(): LaneHead;
  /** Immutable references, in creation order (createdOrdinal, createdIndex, kind, id). */
  records(): readonly AnyRecord[];
  removals(): readonly RemovedRecord[];
  /** Id of the event at `ordinal`: from memory where possible, else one storage read. */
  tagAt(ordinal: bigint): Promise<string | "gone">;
  /** Makes sure nothing newer than the view is in storage (a cursor claims to be ahead). */
  catchUp(): Promise<void>;
}

/** What a lane tells its fan-out, always after the swap, always synchronously, never expecting a throw. */
export interface SessionFanOut {
  commit(change: CommittedChange): void;
  /** The view was rebuilt or another log took the session's name: everybody gets a FULL (reference peers are closed). */
  replaced(): void;
  ephemeral(key: string, payload: string | null, ttlMs: number): void;
  /** Live subscriptions: a lane with any is not evicted. */
  readonly size: number;
}
