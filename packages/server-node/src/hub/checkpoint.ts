/**
 * Owns what a checkpoint stores: the rows of entities that changed, records of removals, and what may be forgotten.
 * When one is due is checkpoint-policy.ts.
 */
import type { EntityKey } from "@sessionstream/protocol";
import { encodePayload, type PayloadRegistry } from "@sessionstream/protocol/codec";
import type { AnyRecord, RemovedRecord } from "../fan-out/lane-reader.ts";
import type { EntityChanges, EntityIdentity, StoredEntity } from "../storage/contract.ts";
import { isOpaque } from "./records.ts";
import type { ViewState } from "./view-state.ts";

interface EntitySource {
  record(key: EntityKey): AnyRecord | undefined;
  removal(key: EntityKey): RemovedRecord | undefined;
}

export function checkpointOf(
  payloads: PayloadRegistry,
  source: EntitySource,
  keys: Iterable<EntityKey>,
): EntityChanges {
  const put: StoredEntity[] = [];
  const forget: EntityIdentity[] = [];
  for (const key of keys) {
    const record = source.record(key);
    const removal = record === undefined ? source.removal(key) : undefined;
    if (record !== undefined) put.push(storedEntity(payloads, record));
    else if (removal !== undefined) put.push(storedRemoval(removal));
    else forget.push(identityOf(key));
  }
  return { put, forget };
}

/** Everything, in place of whatever is stored. */
export function replacementOf(payloads: PayloadRegistry, view: ViewState): EntityChanges {
  const entities = view.records().map((record) => storedEntity(payloads, record));
  return { put: [...entities, ...view.tombstones.all().map(storedRemoval)], forget: [], replace: true };
}

function storedEntity(payloads: PayloadRegistry, record: AnyRecord): StoredEntity {
  const { id, createdOrdinal, createdIndex, lastEventOrdinal, createdAt, updatedAt, open, commandId } = record;
  const opaque = isOpaque(record);
  return {
    kind: opaque ? record.kind : record.kind.kind,
    id,
    createdOrdinal,
    createdIndex,
    lastEventOrdinal,
    createdAt,
    updatedAt,
    ...(commandId === undefined ? {} : { commandId }),
    open,
    removed: false,
    payload: opaque ? record.payload : encodePayload(record.kind.schema, record.payload, payloads),
  };
}

function storedRemoval({ kindIsPublic: _, ...removal }: RemovedRecord): StoredEntity {
  // A removal has no time of creation any more; the column wants one.
  return { ...removal, createdAt: removal.updatedAt, open: false, removed: true, payload: "" };
}

/** Kinds contain no slash, ids may. */
function identityOf(key: EntityKey): EntityIdentity {
  const slash = key.indexOf("/");
  return { kind: key.slice(0, slash), id: key.slice(slash + 1) };
}
