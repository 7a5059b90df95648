/**
 * Owns what the timeline knows (not yet what it shows): entities by key, cursor, window, and what was touched since the
 * last flush. Mutable on purpose: a delta costs one map write. Only apply-update writes it; only the store reads it.
 */
import { type Cursor, type EntityKey, jsonEquals, UNBORN } from "@sessionstream/protocol";
import type { TimelineEntity } from "./entity.ts";

export interface TimelineState {
  readonly entities: Map<EntityKey, TimelineEntity>;
  cursor: Cursor;
  /** createdOrdinal of the oldest row of the window. Below it only open entities are held. */
  floor: bigint;
  hasEarlier: boolean;
  readonly dirty: Set<EntityKey>;
  /** Something reached a terminal state, or everything was assigned: show it without waiting for a frame. */
  urgent: boolean;
}

export function createTimelineState(): TimelineState {
  return { entities: new Map(), cursor: UNBORN, floor: 0n, hasEarlier: false, dirty: new Set(), urgent: false };
}

/** Whether the window holds it: the list is at or above the floor, beside it is what is still open. */
export function isHeld(entity: { readonly createdOrdinal: bigint; readonly open: boolean }, floor: bigint): boolean {
  return entity.createdOrdinal >= floor || entity.open;
}

/** Writes an entity the window holds, drops one it does not. */
export function keepEntity(state: TimelineState, entity: TimelineEntity): void {
  if (!isHeld(entity, state.floor)) {
    dropEntity(state, entity.key);
    return;
  }
  const before = state.entities.get(entity.key);
  if (before === entity) return;
  state.entities.set(entity.key, entity);
  state.dirty.add(entity.key);
  if (before?.open === true && !entity.open) state.urgent = true;
}

export function dropEntity(state: TimelineState, key: EntityKey): void {
  const before = state.entities.get(key);
  if (before === undefined) return;
  state.entities.delete(key);
  state.dirty.add(key);
  if (before.open) state.urgent = true;
}

/** Two readings of one version. Payloads are compared only when the ordinals tie, so this is cheap when they do not. */
export function sameVersion(a: TimelineEntity, b: TimelineEntity): boolean {
  return (
    a.lastEventOrdinal === b.lastEventOrdinal &&
    a.createdOrdinal === b.createdOrdinal &&
    a.createdIndex === b.createdIndex &&
    a.createdAt === b.createdAt &&
    a.updatedAt === b.updatedAt &&
    a.open === b.open &&
    a.commandId === b.commandId &&
    jsonEquals(a.payload, b.payload)
  );
}
