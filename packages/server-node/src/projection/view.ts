import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { SessionKey } from "../storage/contract.ts";
import type { EntityKind } from "./define-entity-kind.ts";

/** One entity of a view. Immutable: a change makes another record, so a reference is a consistent capture. */
export interface EntityRecord<Desc extends DescMessage = DescMessage> {
  readonly kind: EntityKind<Desc>;
  readonly id: string;
  readonly payload: MessageShape<Desc>;
  readonly createdOrdinal: bigint;
  /** Position among the entities created by the same event. */
  readonly createdIndex: number;
  readonly lastEventOrdinal: bigint;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly open: boolean;
  readonly commandId: string | undefined;
}

/** What projections, `decide`, `guard` and `due` read: the session's state at one ordinal. Every lookup is O(1). */
export interface SessionView {
  readonly session: SessionKey;
  readonly epoch: string;
  readonly ordinal: bigint;
  get<Desc extends DescMessage>(kind: EntityKind<Desc>, id: string): EntityRecord<Desc> | undefined;
  /** Entities of a kind in creation order. Grows with history: not for code that runs per event. */
  list<Desc extends DescMessage>(kind: EntityKind<Desc>): readonly EntityRecord<Desc>[];
  /** The open entities of a kind in creation order: few, whatever the history. */
  listOpen<Desc extends DescMessage>(kind: EntityKind<Desc>): readonly EntityRecord<Desc>[];
}
