/** Owns an entity as an operator reads it: every kind, nothing redacted, payloads as JSON. */
import type { JsonValue } from "@sessionstream/protocol";
import { createPayloadRegistry, encodePayload } from "@sessionstream/protocol/codec";
import type { AnyRecord } from "../fan-out/lane-reader.ts";

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

export function entityJson(record: AnyRecord): EntityJson {
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
    payload: payloadOf(record),
  };
}

function payloadOf(record: AnyRecord): JsonValue {
  if (!("opaque" in record)) {
    const { kind, payload } = record;
    // CAST: the encoder writes JSON.
    return JSON.parse(encodePayload(kind.schema, payload, createPayloadRegistry([kind.schema]))) as JsonValue;
  }
  try {
    // CAST: what JSON.parse gives is JSON.
    return JSON.parse(record.payload) as JsonValue;
  } catch {
    // It is opaque because it cannot be read: it is shown as it is.
    return record.payload;
  }
}
