/** Owns the one order of entities, live and reloaded alike: (createdOrdinal, createdIndex, kind, id). */
import { compareOrdinals, type EntityKey } from "@sessionstream/protocol";
import type { TimelineEntity } from "./entity.ts";

export function compareEntities(a: TimelineEntity, b: TimelineEntity): number {
  return (
    compareOrdinals(a.createdOrdinal, b.createdOrdinal) ||
    a.createdIndex - b.createdIndex ||
    compareText(a.kind, b.kind) ||
    compareText(a.id, b.id)
  );
}

/** By code unit, so that every machine and language agrees. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The order after `removed` left and `added` came. `shown` holds every entity that stays or comes. */
export function nextOrder(
  order: readonly EntityKey[],
  removed: ReadonlySet<EntityKey>,
  added: readonly TimelineEntity[],
  shown: ReadonlyMap<EntityKey, TimelineEntity>,
): readonly EntityKey[] {
  const rest = removed.size === 0 ? order : order.filter((key) => !removed.has(key));
  const coming = added.toSorted(compareEntities);
  const first = coming[0];
  if (first === undefined) return rest;
  const merged = rest.slice(0, placeOf(first, rest, shown));
  let next = 0;
  for (const key of rest.slice(merged.length)) {
    const entity = shown.get(key);
    for (let other = coming[next]; other !== undefined; other = coming[next]) {
      if (entity === undefined || compareEntities(other, entity) > 0) break;
      merged.push(other.key);
      next += 1;
    }
    merged.push(key);
  }
  for (const entity of coming.slice(next)) merged.push(entity.key);
  return merged;
}

/** Where `entity` belongs, searched from the end: rows nearly always come last. */
function placeOf(
  entity: TimelineEntity,
  order: readonly EntityKey[],
  shown: ReadonlyMap<EntityKey, TimelineEntity>,
): number {
  let place = order.length;
  for (; place > 0; place -= 1) {
    const key = order[place - 1];
    const before = key === undefined ? undefined : shown.get(key);
    if (before === undefined || compareEntities(before, entity) < 0) break;
  }
  return place;
}
