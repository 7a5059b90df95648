/** Owns what is true of every record, decoded or opaque: its name and its place in creation order. */
import { type EntityKey, entityKey } from "@sessionstream/protocol";
import type { AnyRecord, OpaqueRecord } from "../fan-out/lane-reader.ts";
import type { EntityRecord } from "../projection/view.ts";

export function isOpaque(record: AnyRecord): record is OpaqueRecord {
  return "opaque" in record;
}

function kindNameOf(record: AnyRecord): string {
  return isOpaque(record) ? record.kind : record.kind.kind;
}

export function keyOf(record: AnyRecord): EntityKey {
  return entityKey(kindNameOf(record), record.id);
}

/** What code that works with payloads may see: opaque entities are kept and passed on, never interpreted. */
export function decoded(record: AnyRecord | undefined): EntityRecord | undefined {
  return record === undefined || isOpaque(record) ? undefined : record;
}

interface Placed {
  readonly createdOrdinal: bigint;
  readonly createdIndex: number;
}

export function byCreation(a: Placed, b: Placed): number {
  if (a.createdOrdinal !== b.createdOrdinal) return a.createdOrdinal < b.createdOrdinal ? -1 : 1;
  return a.createdIndex - b.createdIndex;
}
