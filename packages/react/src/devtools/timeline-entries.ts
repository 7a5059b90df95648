/** Owns how the devtools show what a timeline holds: without payloads, unless the app asks for them. */
import type { ChatThread, TimelineEntity } from "@sessionstream/client";
import { plain, shapeOf } from "./plain.ts";

/** `shape` (default): fields, types and sizes. `raw`: everything. A function: what the app lets through. */
export type PayloadView = "shape" | "raw" | ((entity: TimelineEntity) => unknown);

export function describeEntity(entity: TimelineEntity, payloads: PayloadView): Readonly<Record<string, unknown>> {
  const { kind, id, open, createdOrdinal, createdIndex, lastEventOrdinal, createdAt, updatedAt, commandId } = entity;
  return {
    kind,
    id,
    open,
    createdOrdinal: `${createdOrdinal}`,
    createdIndex,
    lastEventOrdinal: `${lastEventOrdinal}`,
    createdAt: timeText(createdAt),
    updatedAt: timeText(updatedAt),
    ...(commandId === undefined ? {} : { commandId }),
    payload: payloadOf(entity, payloads),
  };
}

export function describeTimeline({ sessionId, timeline }: ChatThread, payloads: PayloadView) {
  const { epoch, ordinal } = timeline.getCursor();
  const entities = timeline.getOrder().flatMap((key) => timeline.getEntity(key) ?? []);
  return {
    session: sessionId,
    epoch,
    ordinal: `${ordinal}`,
    hasEarlier: timeline.getHasEarlier(),
    entities: entities.map((entity) => describeEntity(entity, payloads)),
  };
}

function payloadOf(entity: TimelineEntity, payloads: PayloadView): unknown {
  if (payloads === "shape") return shapeOf(entity.payload);
  return plain(payloads === "raw" ? entity.payload : payloads(entity));
}

/** A time may come from any server. */
export function timeText(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
