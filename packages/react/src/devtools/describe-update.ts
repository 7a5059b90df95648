/** Owns what may be said of a change of a session without saying what it contains. */
import type { EntityChange, TimelineUpdate } from "@sessionstream/client";
import type { EventDescription } from "./event.ts";

const MOST_CHANGES = 20;

export function describeUpdate(update: TimelineUpdate): EventDescription {
  const { type } = update;
  switch (update.type) {
    case "full":
    case "delta": {
      const { cursor, entities, floor, hasEarlier } = update;
      const removed = update.type === "delta" ? { removed: update.removed.length } : {};
      const { epoch, ordinal } = cursor;
      return {
        family: "state",
        type,
        facts: { epoch, ordinal: `${ordinal}`, entities: entities.length, ...removed, floor: `${floor}`, hasEarlier },
      };
    }
    case "page": {
      const { entities, floor, hasEarlier } = update;
      return { family: "state", type, facts: { entities: entities.length, floor: `${floor}`, hasEarlier } };
    }
    case "forget":
      return { family: "state", type, facts: { floor: `${update.floor}` } };
    case "commit": {
      const { ordinal, changes } = update;
      const family = changes.length > 0 && changes.every(onlyGrows) ? "delta" : "commit";
      return { family, type, facts: { ordinal: `${ordinal}`, ...listed(changes.map(describeChange)) } };
    }
    case "mutations": {
      const { ordinal, mutations } = update;
      const grows = mutations.every((mutation) => mutation.type === "text" && mutation.mode === "append");
      const changes = mutations.map((mutation) => ({ change: mutation.type, kind: mutation.kind, id: mutation.id }));
      return {
        family: grows && mutations.length > 0 ? "delta" : "commit",
        type,
        facts: { ordinal: `${ordinal}`, ...listed(changes) },
      };
    }
    case "ephemeral":
      return {
        family: "ephemeral",
        type: update.payload === undefined ? "gone" : "set",
        facts: { key: update.key, ttlMs: update.ttlMs },
      };
  }
}

function onlyGrows(change: EntityChange): boolean {
  if (change.type !== "patch") return false;
  const { set, clear, append } = change.patch;
  return Object.keys(set ?? {}).length === 0 && (clear?.length ?? 0) === 0 && (append?.length ?? 0) > 0;
}

function describeChange(change: EntityChange): Readonly<Record<string, unknown>> {
  if (change.type === "put") {
    const { kind, id, open } = change.entity;
    return { change: change.type, kind, id, open };
  }
  const { type, kind, id } = change;
  if (change.type === "remove") return { change: type, kind, id };
  const { set, clear, append } = change.patch;
  return {
    change: type,
    kind,
    id,
    open: change.open,
    ...(set === undefined ? {} : { set: Object.keys(set) }),
    ...(clear === undefined || clear.length === 0 ? {} : { clear }),
    ...(append === undefined || append.length === 0
      ? {}
      : { append: append.map(({ field, text }) => ({ field, length: text?.length ?? 0 })) }),
  };
}

function listed(changes: readonly unknown[]): Readonly<Record<string, unknown>> {
  const more = changes.length - MOST_CHANGES;
  return { changes: changes.slice(0, MOST_CHANGES), ...(more > 0 ? { more } : {}) };
}
