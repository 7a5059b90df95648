/** Owns an entity as an operator reads it: every kind, nothing redacted, payloads as JSON. */
import type { JsonValue } from "@sessionstream/protocol";
import { encodePayload, type PayloadRegistry } from "@sessionstream/protocol/codec";
import type { AnyRecord } from "../fan-out/lane-reader.ts";
import type { HubModule } from "../hub/hub-module.ts";
import { createHubRegistry } from "../hub/hub-registry.ts";

export interface EntityJson {
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: string;
  readonly createdIndex: number;
  readonly lastEventOrdinal: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly open: boolean;
  readonly commandId?: string;
  readonly payload: JsonValue;
}

export type EntityEncoder = (record: AnyRecord) => EntityJson;

/** To be made once for all that is written together. `modules`: of the hub that read the records. */
export function createEntityEncoder(modules: readonly HubModule[]): EntityEncoder {
  const { payloads } = createHubRegistry(modules);
  return (record) => entityJson(record, payloads);
}

function entityJson(record: AnyRecord, payloads: PayloadRegistry): EntityJson {
  const { id, createdOrdinal, createdIndex, lastEventOrdinal, createdAt, updatedAt, open, commandId } = record;
  return {
    kind: "opaque" in record ? record.kind : record.kind.kind,
    id,
    createdOrdinal: createdOrdinal.toString(),
    createdIndex,
    lastEventOrdinal: lastEventOrdinal.toString(),
    createdAt,
    updatedAt,
    open,
    ...(commandId === undefined ? {} : { commandId }),
    payload: payloadOf(record, payloads),
  };
}

function payloadOf(record: AnyRecord, payloads: PayloadRegistry): JsonValue {
  if (!("opaque" in record)) {
    const { kind, payload } = record;
    // CAST: the encoder writes JSON.
    return JSON.parse(encodePayload(kind.schema, payload, payloads)) as JsonValue;
  }
  try {
    // CAST: what JSON.parse gives is JSON.
    return JSON.parse(record.payload) as JsonValue;
  } catch {
    // It is opaque because it cannot be read: it is shown as it is.
    return record.payload;
  }
}
