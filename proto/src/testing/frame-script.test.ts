import { createRegistry, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { file_sessionstream_chat_v1_chat } from "../gen/sessionstream/chat/v1/chat_pb.ts";
import { ClientFrameSchema, ServerFrameSchema, type UiEventFrameJson } from "../gen/sessionstream/v1/transport_pb.ts";
import type { JsonObject } from "../json.ts";
import { FRAME_SCRIPT_NAMES, type FrameScript, frameScript, type ScriptTimeline } from "./frame-script.ts";
import { ReferenceFold } from "./reference-fold.ts";

const registry = createRegistry(file_sessionstream_chat_v1_chat);

/** Payloads of types that are not ours cannot be checked; everything around them can. */
function withoutForeignPayloads(json: unknown): JsonValue {
  return JSON.parse(JSON.stringify(json), (key, value) => {
    const typeUrl = key === "payload" && typeof value === "object" ? value?.["@type"] : undefined;
    return typeof typeUrl === "string" && registry.get(typeUrl.replace(/^.*\//, "")) === undefined ? {} : value;
  });
}

/** The least a mapping does for the events of the reference script. */
function mapEvent(fold: ReferenceFold, { eventOrdinal = "0", name, payload }: UiEventFrameJson): void {
  // CAST: an Any in JSON is an object.
  const event = payload as { messageId: string; role: string; text: string };
  const key = `ChatMessage/${event.messageId}`;
  const before = fold.entities.get(key);
  const created = { createdOrdinal: eventOrdinal, createdIndex: 0, createdAt: 0, updatedAt: 0, open: true };
  const base = before ?? { kind: "ChatMessage", id: event.messageId, ...created, payload: { content: "" } };
  const write = (fields: JsonObject, open: boolean) => {
    const { messageId, role } = event;
    const next = {
      ...base,
      lastEventOrdinal: eventOrdinal,
      open,
      payload: { ...base.payload, messageId, role, ...fields },
    };
    fold.entities.set(key, next);
  };
  if (name === "ChatTextPatch") write({ content: `${base.payload["content"]}${event.text}`, streaming: true }, true);
  if (name === "ChatTextSegmentFinished") write({ status: "finished", streaming: false }, false);
}

function expectTimeline(script: FrameScript, actual: ScriptTimeline, expected: ScriptTimeline): void {
  if (script.reference === true) {
    expect(actual.entities).toHaveLength(expected.entities.length);
    expect(actual).toMatchObject(expected);
  } else {
    expect(actual).toEqual({ windowFloor: "0", hasEarlier: false, ephemerals: [], ...expected });
  }
}

describe.each(FRAME_SCRIPT_NAMES)("golden script %s", (name) => {
  const script = frameScript(name);

  it("has frames that the schemas know", () => {
    // Unknown fields and frames are what that script is about.
    const ignoreUnknownFields = name === "unknown-kinds";
    for (const { from, frame } of script.steps) {
      const schema = from === "server" ? ServerFrameSchema : ClientFrameSchema;
      const decoded = fromJson(schema, withoutForeignPayloads(frame), { registry, ignoreUnknownFields });
      if (!ignoreUnknownFields) expect(decoded.frame.case).toBeDefined();
    }
  });

  it("L4 leads to the timeline it says, by the rules of PROTOCOL.md alone", () => {
    expect(script.name).toBe(name);
    const fold = new ReferenceFold(script.session, mapEvent);
    for (const step of script.steps) {
      if (step.from === "server") fold.received(step.frame);
      else {
        const { subscribe } = step.frame;
        if (subscribe?.epoch !== undefined) {
          const { epoch, view, sinceSnapshotOrdinal: ordinal = "0", tag = "" } = subscribe;
          expect({ epoch, view, ordinal, tag }).toEqual(fold.timeline.cursor);
        }
        fold.sent(step.frame);
      }
      if (step.expectAfter !== undefined) expectTimeline(script, fold.timeline, step.expectAfter);
    }
    expect(fold.owesSubscribe).toBe(false);
    expectTimeline(script, fold.timeline, script.expect);
  });
});
