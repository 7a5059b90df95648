/**
 * Owns what is shown: an immutable picture of the state, renewed once per flush. Readers between two flushes get the
 * same values, so a fast stream cannot outrun a renderer (AT-14). Applies updates; knows no connection.
 */
import type { Cursor, EntityKey } from "@sessionstream/protocol";
import type { ApplyResult, TimelineUpdate } from "../backend/chat-backend.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import { applyUpdate } from "./apply-update.ts";
import type { TimelineEntity } from "./entity.ts";
import { createEphemerals } from "./ephemerals.ts";
import { createFlushSchedule } from "./flush-schedule.ts";
import { createListeners, type Listeners } from "./listeners.ts";
import { nextOrder } from "./order.ts";
import { createTimelineState } from "./state.ts";
import type { Ephemeral, Timeline } from "./timeline.ts";

/** What one flush changed. */
export interface TimelineFlush {
  readonly changed: readonly EntityKey[];
  readonly orderChanged: boolean;
}

export interface TimelineStore extends Timeline {
  apply(update: TimelineUpdate): ApplyResult;
  /** Called before the order's and the entities' own listeners, so that what derives from the timeline is ready for them. */
  subscribe(listener: (flush: TimelineFlush) => void): () => void;
  close(): void;
}

export type TimelinePlatform = Pick<ClientPlatform, "requestFrame" | "setTimer">;

interface Shown {
  readonly cursor: Cursor;
  readonly order: readonly EntityKey[];
  readonly hasEarlier: boolean;
  readonly ephemerals: readonly Ephemeral[];
}

export function createTimelineStore(platform: TimelinePlatform): TimelineStore {
  const state = createTimelineState();
  const entities = new Map<EntityKey, TimelineEntity>();
  let shown: Shown = { cursor: state.cursor, order: [], hasEarlier: false, ephemerals: [] };

  const flushListeners = createListeners<[TimelineFlush]>(platform);
  const orderListeners = createListeners<[]>(platform);
  const entityListeners = new Map<EntityKey, Listeners<[]>>();
  const ephemerals = createEphemerals(platform, () => schedule.request(false));
  const schedule = createFlushSchedule(platform, flush);

  /** Moves what was touched into the picture, without telling anybody. */
  function develop(): { changed: EntityKey[]; order: readonly EntityKey[] } {
    const changed: EntityKey[] = [];
    const removed = new Set<EntityKey>();
    const added: TimelineEntity[] = [];
    for (const key of state.dirty) {
      const before = entities.get(key);
      const after = state.entities.get(key);
      if (before === after) continue;
      changed.push(key);
      if (after === undefined) entities.delete(key);
      else entities.set(key, after);
      const moved = before?.createdOrdinal !== after?.createdOrdinal || before?.createdIndex !== after?.createdIndex;
      if (!moved) continue;
      if (before !== undefined) removed.add(key);
      if (after !== undefined) added.push(after);
    }
    state.dirty.clear();
    state.urgent = false;
    const reordered = removed.size > 0 || added.length > 0;
    return { changed, order: reordered ? nextOrder(shown.order, removed, added, entities) : shown.order };
  }

  function flush(): boolean {
    const before = shown;
    const { changed, order } = develop();
    const { cursor, hasEarlier } = state;
    shown = { cursor, order, hasEarlier, ephemerals: ephemerals.get() };
    const orderChanged = order !== before.order || hasEarlier !== before.hasEarlier;
    const any =
      changed.length > 0 || orderChanged || cursor !== before.cursor || shown.ephemerals !== before.ephemerals;
    if (!any) return false;
    flushListeners.call({ changed, orderChanged });
    if (orderChanged) orderListeners.call();
    for (const key of changed) entityListeners.get(key)?.call();
    return true;
  }

  return {
    apply(update) {
      if (update.type === "ephemeral") {
        ephemerals.set(update.key, update.payload, update.ttlMs);
        return "applied";
      }
      const { epoch } = state.cursor;
      const result = applyUpdate(state, update);
      if (result === "mismatch") return result;
      if (epoch !== "" && state.cursor.epoch !== epoch) ephemerals.clear();
      schedule.request(state.urgent);
      return result;
    },
    getEntity: (key) => entities.get(key),
    getOrder: () => shown.order,
    getCursor: () => shown.cursor,
    getHasEarlier: () => shown.hasEarlier,
    getEphemerals: () => shown.ephemerals,
    subscribe: (listener) => flushListeners.add(listener),
    subscribeOrder: (listener) => orderListeners.add(listener),
    subscribeEntity(key, listener) {
      const listeners = entityListeners.get(key) ?? createListeners<[]>(platform);
      entityListeners.set(key, listeners);
      const remove = listeners.add(listener);
      return () => {
        remove();
        if (listeners.size === 0 && entityListeners.get(key) === listeners) entityListeners.delete(key);
      };
    },
    close() {
      ephemerals.clear();
      schedule.cancel();
    },
  };
}
