/** Owns what a reference server's frames become for the timeline, by way of the mappings. */
import type { SessionId } from "@sessionstream/protocol";
import type { TimelineUpdate } from "../backend/chat-backend.ts";
import type { SnapshotFrame, UiEventFrame } from "../decode/server-frame.ts";
import type { MappingRegistry } from "../timeline/mapping-registry.ts";

export function mappedUpdate(
  mappings: MappingRegistry,
  sessionId: SessionId,
  frame: SnapshotFrame | UiEventFrame,
): TimelineUpdate {
  const { ordinal } = frame;
  if (frame.type === "ui-event") {
    return { type: "mutations", ordinal, mutations: mappings.event(frame.name, frame.payload, { sessionId, ordinal }) };
  }
  return {
    type: "full",
    cursor: { epoch: "", view: "", ordinal, tag: "" },
    entities: frame.entities.map((entity) => mappings.entity(entity)),
    floor: 0n,
    hasEarlier: false,
  };
}
