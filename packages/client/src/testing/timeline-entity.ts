import { entityKey, type JsonObject } from "@sessionstream/protocol";
import type { TimelineEntity } from "../timeline/entity.ts";

export interface TimelineEntityFields extends Partial<Omit<TimelineEntity, "key" | "id" | "createdOrdinal">> {
  readonly id: string;
  readonly createdOrdinal: bigint;
  readonly payload?: JsonObject;
}

/** An entity as a snapshot brings it; unchanged since its creation unless said otherwise. */
export function timelineEntity({ id, createdOrdinal, ...fields }: TimelineEntityFields): TimelineEntity {
  const kind = fields.kind ?? "ChatMessage";
  return {
    key: entityKey(kind, id),
    kind,
    id,
    createdOrdinal,
    createdIndex: 0,
    lastEventOrdinal: createdOrdinal,
    createdAt: 0,
    updatedAt: 0,
    open: false,
    commandId: undefined,
    payload: {},
    ...fields,
  };
}
