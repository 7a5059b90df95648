import { encodePayload, type PayloadRegistry, spliceEntity } from "@sessionstream/protocol/codec";
import type { ChatSnapshot } from "../../chat/chat-service.ts";
import type { AnyRecord } from "../../fan-out/lane-reader.ts";

/**
 * Owns the JSON of a session over HTTP: its entities as they are in the socket's snapshot, public and redacted. What
 * cannot be decoded cannot be redacted either, so it is left to the socket, which knows the kinds.
 */
export type SnapshotEncoder = (session: string, snapshot: ChatSnapshot) => string;

export function createSnapshotEncoder(payloads: PayloadRegistry): SnapshotEncoder {
  function entity(record: AnyRecord): readonly string[] {
    if ("opaque" in record || record.kind.visibility !== "public") return [];
    const { kind } = record;
    const payload = kind.redact(record.payload, "public");
    if (payload === null) return [];
    const text = encodePayload(kind.schema, payload, payloads);
    return [spliceEntity({ ...record, kind: kind.kind }, text)];
  }

  return (session, { ordinal, epoch, view, tag, status, entities }) => {
    const head = JSON.stringify({
      sessionId: session,
      snapshotOrdinal: ordinal.toString(),
      epoch,
      view,
      tag,
      status: status.phase,
      runId: status.runId,
      // Whether a client may go on from here: what is left out below, no delta brings.
      complete: entities.every((record) => !("opaque" in record)),
    });
    return `${head.slice(0, -1)},"entities":[${entities.flatMap(entity).join(",")}]}`;
  };
}
