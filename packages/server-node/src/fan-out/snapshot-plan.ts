/**
 * Owns which records a snapshot holds: FULL, DELTA or PAGE, cut to the window. Pure, and a capture: a plan keeps
 * references to immutable records, so what it says stays true while its parts leave.
 * Does not encode and does not know connections.
 */
import type { AnyRecord, LaneHead, LaneReader, RemovedRecord } from "./lane-reader.ts";

export interface SnapshotPlan {
  readonly mode: "FULL" | "DELTA" | "PAGE";
  readonly head: LaneHead;
  /** DELTA: what changed after this ordinal. */
  readonly since: bigint;
  /** createdOrdinal of the oldest row the subscriber holds afterwards; 0n: there is no older one. */
  readonly floor: bigint;
  readonly hasEarlier: boolean;
  readonly records: readonly AnyRecord[];
  readonly removals: readonly RemovedRecord[];
}

type IsRow = (record: AnyRecord) => boolean;

/** The newest `window` rows (0: everything), or from the floor the subscriber holds; open entities whatever the floor. */
export function planFull(
  reader: LaneReader,
  isRow: IsRow,
  wanted: { window: number; held: bigint | null },
): SnapshotPlan {
  const records = reader.records();
  const floor = wanted.held ?? floorOfNewest(records, records.length, wanted.window, isRow);
  return {
    mode: "FULL",
    head: reader.head(),
    since: 0n,
    floor,
    hasEarlier: hasRowBelow(records, floor, isRow),
    records: records.filter((record) => record.createdOrdinal >= floor || record.open),
    removals: [],
  };
}

/** Not filtered by the floor: a subscriber must hear that an open entity below it has settled. */
export function planDelta(reader: LaneReader, isRow: IsRow, held: { since: bigint; floor: bigint }): SnapshotPlan {
  const records = reader.records();
  return {
    mode: "DELTA",
    head: reader.head(),
    since: held.since,
    floor: held.floor,
    hasEarlier: hasRowBelow(records, held.floor, isRow),
    records: records.filter((record) => record.lastEventOrdinal > held.since),
    removals: reader.removals().filter((removal) => removal.lastEventOrdinal > held.since),
  };
}

/** The newest `limit` rows below `before`, with everything created between them. */
export function planPage(reader: LaneReader, isRow: IsRow, wanted: { before: bigint; limit: number }): SnapshotPlan {
  const records = reader.records();
  const end = firstIndexFrom(records, wanted.before);
  const floor = floorOfNewest(records, end, wanted.limit, isRow);
  return {
    mode: "PAGE",
    head: reader.head(),
    since: 0n,
    floor,
    hasEarlier: hasRowBelow(records, floor, isRow),
    records: records.slice(firstIndexFrom(records, floor), end),
    removals: [],
  };
}

/** A createdOrdinal, so that siblings of one event are never split; 0n when no older row is left out. */
function floorOfNewest(records: readonly AnyRecord[], end: number, rows: number, isRow: IsRow): bigint {
  if (rows === 0) return 0n;
  let counted = 0;
  for (let index = end - 1; index >= 0; index -= 1) {
    const record = records[index];
    if (record === undefined || !isRow(record)) continue;
    counted += 1;
    if (counted === rows) return hasRowBelow(records, record.createdOrdinal, isRow) ? record.createdOrdinal : 0n;
  }
  return 0n;
}

function hasRowBelow(records: readonly AnyRecord[], floor: bigint, isRow: IsRow): boolean {
  for (const record of records) {
    if (record.createdOrdinal >= floor) return false;
    if (isRow(record)) return true;
  }
  return false;
}

/** Index of the first record created at `ordinal` or later. */
function firstIndexFrom(records: readonly AnyRecord[], ordinal: bigint): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const record = records[middle];
    if (record !== undefined && record.createdOrdinal < ordinal) low = middle + 1;
    else high = middle;
  }
  return low;
}
