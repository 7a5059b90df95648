/** Owns what part of a local log a reader is sent: the newest rows, older pages, and what changed while it was away. */
import type { Cursor } from "@sessionstream/protocol";
import { isRow } from "../../thread/rows.ts";
import type { TimelineEntity } from "../../timeline/entity.ts";
import { isHeld } from "../../timeline/state.ts";
import type { TimelineUpdate } from "../chat-backend.ts";
import type { LocalLog } from "./local-log.ts";

type UpdateOf<Type extends TimelineUpdate["type"]> = Extract<TimelineUpdate, { readonly type: Type }>;

/** `window` 0: everything. */
export function fullOf(log: LocalLog, window: number): UpdateOf<"full"> {
  const entities = log.entities();
  const floor = window === 0 ? 0n : floorOf(entities, window);
  const held = entities.filter((entity) => isHeld(entity, floor));
  return { type: "full", cursor: log.cursor(), entities: held, floor, hasEarlier: hasRowsBelow(entities, floor) };
}

export function deltaOf(log: LocalLog, since: Cursor, floor: bigint): UpdateOf<"delta"> {
  const entities = log.entities();
  return {
    type: "delta",
    cursor: log.cursor(),
    entities: entities.filter((entity) => entity.lastEventOrdinal > since.ordinal),
    removed: log.removedSince(since.ordinal),
    floor,
    hasEarlier: hasRowsBelow(entities, floor),
  };
}

export function pageOf(log: LocalLog, before: bigint, limit: number): UpdateOf<"page"> {
  const older = log.entities().filter((entity) => entity.createdOrdinal < before);
  const floor = floorOf(older, limit);
  const page = older.filter((entity) => entity.createdOrdinal >= floor);
  return { type: "page", entities: page, floor, hasEarlier: hasRowsBelow(older, floor) };
}

/** createdOrdinal of the newest `count` rows' oldest; siblings stay together. 0 when that is all of them. */
function floorOf(entities: readonly TimelineEntity[], count: number): bigint {
  const rows = entities.filter(isRow);
  return rows.length <= count ? 0n : (rows.at(-count)?.createdOrdinal ?? 0n);
}

function hasRowsBelow(entities: readonly TimelineEntity[], floor: bigint): boolean {
  return entities.some((entity) => isRow(entity) && entity.createdOrdinal < floor);
}
