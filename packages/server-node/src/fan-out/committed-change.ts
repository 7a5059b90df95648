import type { AppendHint } from "@sessionstream/protocol/codec";
import type { EventType } from "../event/define-event.ts";
import type { EntityRecord } from "../projection/view.ts";

/** How one entity differs between two ordinals. Both absent never occurs. */
export interface EntityDelta {
  readonly before: EntityRecord | undefined;
  readonly after: EntityRecord | undefined;
  /** Text appended since `before`, in order, so that nobody has to compare texts. Empty when unknown. */
  readonly appends: readonly AppendHint[];
  /** Removed and created again within the commit: goes out as a put. */
  readonly recreated: boolean;
}

export interface CommittedEvent {
  readonly type: EventType | undefined;
  readonly name: string;
  readonly ordinal: bigint;
  /** protobuf JSON text with "@type": the bytes that were stored. */
  readonly payload: string;
}

/** One commit as fan-out sees it, after the swap. Covers `(prevOrdinal, ordinal]`. */
export interface CommittedChange {
  readonly epoch: string;
  readonly prevOrdinal: bigint;
  readonly ordinal: bigint;
  readonly tag: string;
  readonly deltas: readonly EntityDelta[];
  readonly events: readonly CommittedEvent[];
}
