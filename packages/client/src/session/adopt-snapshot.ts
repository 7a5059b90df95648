/**
 * Owns whether a whole snapshot fits, and what it makes of the position. A FULL assigns, never merges (L10); a DELTA
 * needs a common past.
 */
import type { Cursor } from "@sessionstream/protocol";
import type { TimelineUpdate } from "../backend/chat-backend.ts";
import type { SnapshotFrame } from "../decode/server-frame.ts";
import type { Held } from "./state.ts";

export interface Adopted {
  readonly held: Held;
  readonly update: TimelineUpdate;
}

/** `null`: it does not fit. */
export function adoptSnapshot(held: Held, snapshot: SnapshotFrame): Adopted | null {
  const { epoch, view, ordinal, tag, entities, removed, mode } = snapshot;
  if (mode === "delta" && !continues(held.cursor, snapshot)) return null;
  const cursor: Cursor = { epoch, view, ordinal, tag };
  const forward = ordinal > held.cursor.ordinal || epoch !== held.cursor.epoch;
  const { floor, hasEarlier } = mode === "delta" ? windowAfterDelta(held, snapshot) : snapshot;
  return {
    held: { cursor, floor, loaded: true, requests: held.requests, attempt: forward ? 0 : held.attempt },
    update:
      mode === "delta"
        ? { type: "delta", cursor, entities, removed, floor, hasEarlier }
        : { type: "full", cursor, entities, floor, hasEarlier },
  };
}

/** The server may believe in a page that came too late to be kept: a delta never lowers the floor we hold. */
function windowAfterDelta(
  held: Held,
  { floor, hasEarlier }: SnapshotFrame,
): Pick<SnapshotFrame, "floor" | "hasEarlier"> {
  return held.loaded && held.floor > floor ? { floor: held.floor, hasEarlier: true } : { floor, hasEarlier };
}

export function sameHistory(cursor: Cursor, snapshot: SnapshotFrame): boolean {
  const { epoch, view, ordinal, tag } = snapshot;
  return epoch === cursor.epoch && view === cursor.view && (ordinal !== cursor.ordinal || tag === cursor.tag);
}

function continues(cursor: Cursor, delta: SnapshotFrame): boolean {
  return sameHistory(cursor, delta) && delta.sinceOrdinal <= cursor.ordinal && cursor.ordinal <= delta.ordinal;
}
