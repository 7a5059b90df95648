/** Owns the question whether a cursor lies on the lane's history, so that a delta from it is the truth (L10). */
import type { Cursor } from "@sessionstream/protocol";
import type { LaneHead, LaneReader } from "./lane-reader.ts";

/** What can be told from memory. At or below the floor the log cannot vouch for the tag any more. */
export function isWithin(cursor: Cursor, head: LaneHead): boolean {
  return (
    cursor.epoch === head.epoch &&
    cursor.view === head.view &&
    cursor.ordinal > head.floor &&
    cursor.ordinal >= head.horizon &&
    cursor.ordinal <= head.ordinal
  );
}

/** May read storage. The answer holds as long as the view is not replaced. */
export async function isOnHistory(cursor: Cursor, reader: LaneReader): Promise<boolean> {
  if (cursor.epoch === reader.head().epoch && cursor.ordinal > reader.head().ordinal) await reader.catchUp();
  const head = reader.head();
  if (!isWithin(cursor, head)) return false;
  if (cursor.ordinal === head.ordinal) return cursor.tag === head.tag;
  return cursor.tag === (await reader.tagAt(cursor.ordinal));
}
