/**
 * Owns one session's log in memory: dense ordinals, entities by fold, commits as patches. It plays the server's part for
 * the local backend and for tests, with the same rules (an unchanged write is no change, removed and created = put).
 */
import {
  applyEntityPatch,
  type Cursor,
  type EntityKey,
  type EntityPatchJson,
  entityKey,
  type JsonObject,
  jsonEquals,
  SessionStreamError,
} from "@sessionstream/protocol";
import type { TimelineEntity } from "../../timeline/entity.ts";
import { compareEntities } from "../../timeline/order.ts";
import type { EntityChange, TimelineUpdate } from "../chat-backend.ts";

interface Target {
  readonly kind: string;
  readonly id: string;
}

/** What a writer asks for. Appends grow text fields; `set` replaces keys, `clear` takes them away. */
export type LocalChange =
  | ({
      readonly type: "put";
      readonly payload: JsonObject;
      readonly open?: boolean;
      readonly commandId?: string;
    } & Target)
  | ({
      readonly type: "patch";
      readonly set?: JsonObject;
      readonly clear?: readonly string[];
      readonly append?: Readonly<Record<string, string>>;
      readonly open?: boolean;
    } & Target)
  | ({ readonly type: "remove" } & Target);

type CommitUpdate = Extract<TimelineUpdate, { readonly type: "commit" }>;

export interface LocalLog {
  readonly cursor: () => Cursor;
  get(kind: string, id: string): TimelineEntity | undefined;
  /** In display order. */
  entities(): readonly TimelineEntity[];
  /** Appends one event with at most one change per entity. @throws SessionStreamError `invalid_event` when a patch does not fit; then nothing happened. */
  commit(changes: readonly LocalChange[]): CommitUpdate;
  /** Keys that went after an ordinal and have not come back. */
  removedSince(ordinal: bigint): readonly Target[];
}

export interface LocalLogOptions {
  readonly epoch: string;
  readonly now: () => number;
  /** What the log begins above, in display order. */
  readonly base?: readonly TimelineEntity[];
}

export function createLocalLog({ epoch, now, base = [] }: LocalLogOptions): LocalLog {
  const entities = new Map<EntityKey, TimelineEntity>(base.map((entity) => [entity.key, entity]));
  const removals = new Map<EntityKey, Target & { readonly ordinal: bigint }>();
  const ordinal = base.at(-1)?.createdOrdinal ?? 0n;
  let cursor: Cursor = { epoch, view: "local", ordinal, tag: ordinal === 0n ? "" : `${epoch}-${ordinal}` };

  function put(change: Extract<LocalChange, { type: "put" }>, ordinal: bigint, index: number): TimelineEntity | null {
    const { kind, id, payload, open = false, commandId } = change;
    const key = entityKey(kind, id);
    const before = entities.get(key);
    if (before !== undefined && before.open === open && jsonEquals(before.payload, payload)) return null;
    const at = now();
    return {
      key,
      kind,
      id,
      createdOrdinal: before?.createdOrdinal ?? ordinal,
      createdIndex: before?.createdIndex ?? index,
      lastEventOrdinal: ordinal,
      createdAt: before?.createdAt ?? at,
      updatedAt: at,
      open,
      commandId: before?.commandId ?? commandId,
      payload,
    };
  }

  function resolve(change: LocalChange, ordinal: bigint, index: number): EntityChange | null {
    const { kind, id } = change;
    const before = entities.get(entityKey(kind, id));
    if (change.type === "put") {
      const entity = put(change, ordinal, index);
      return entity === null ? null : { type: "put", entity };
    }
    if (before === undefined) {
      if (change.type === "remove") return null;
      throw new SessionStreamError("invalid_event", `There is no ${kind} "${id}" to patch`);
    }
    const { createdOrdinal } = before;
    if (change.type === "remove") return { type: "remove", kind, id, ordinal, createdOrdinal };
    const { open = before.open } = change;
    const patch = patchOf(change, before.payload);
    const changed = { kind, id, ordinal, createdOrdinal, updatedAt: now(), open };
    // Only a put may open: a reader with a higher floor holds no base.
    if (open && !before.open) {
      const entity = {
        ...before,
        lastEventOrdinal: ordinal,
        updatedAt: changed.updatedAt,
        open,
        payload: apply(before, patch),
      };
      return { type: "put", entity };
    }
    return { type: "patch", ...changed, baseOrdinal: before.lastEventOrdinal, patch };
  }

  function write(change: EntityChange): void {
    if (change.type === "put") {
      entities.set(change.entity.key, change.entity);
      removals.delete(change.entity.key);
      return;
    }
    const { kind, id, ordinal } = change;
    const key = entityKey(kind, id);
    const before = entities.get(key);
    if (change.type === "remove") {
      entities.delete(key);
      removals.set(key, { kind, id, ordinal });
    } else if (before !== undefined) {
      const { open, updatedAt } = change;
      entities.set(key, {
        ...before,
        lastEventOrdinal: ordinal,
        updatedAt,
        open,
        payload: apply(before, change.patch),
      });
    }
  }

  return {
    cursor: () => cursor,
    get: (kind, id) => entities.get(entityKey(kind, id)),
    entities: () => [...entities.values()].sort(compareEntities),
    commit(requested) {
      const ordinal = cursor.ordinal + 1n;
      const keys = new Set(requested.map(({ kind, id }) => entityKey(kind, id)));
      if (keys.size < requested.length)
        throw new SessionStreamError("invalid_event", "A commit changes an entity once");
      const changes = requested
        .map((change, index) => resolve(change, ordinal, index))
        .filter((change) => change !== null);
      for (const change of changes) write(change);
      cursor = { ...cursor, ordinal, tag: `${epoch}-${ordinal}` };
      return { type: "commit", epoch, ordinal, tag: cursor.tag, changes };
    },
    removedSince: (ordinal) => [...removals.values()].filter((removal) => removal.ordinal > ordinal),
  };
}

function patchOf(change: Extract<LocalChange, { type: "patch" }>, payload: JsonObject): EntityPatchJson {
  const append = Object.entries(change.append ?? {}).map(([field, text]) => {
    const before = payload[field];
    return { field, text, offset: typeof before === "string" ? before.length : 0 };
  });
  // CAST: readonly JSON; nobody writes to a patch.
  return {
    set: (change.set ?? {}) as EntityPatchJson["set"],
    clear: [...(change.clear ?? [])],
    append,
  } as EntityPatchJson;
}

function apply(entity: TimelineEntity, patch: EntityPatchJson): JsonObject {
  const result = applyEntityPatch(entity.payload, patch);
  if (!result.ok)
    throw new SessionStreamError("invalid_event", `The patch does not fit ${entity.key}: ${result.reason}`);
  return result.payload;
}
