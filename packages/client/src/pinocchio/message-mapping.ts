/**
 * Owns messages of the Go chat package: prompts, streamed text and reasoning, in full and in compact form. A segment
 * that said nothing is no message; a sparse ending keeps what was said (T5.28); settled text does not grow again.
 */
import type { JsonObject } from "@sessionstream/protocol";
import { CHAT_KINDS, chatMessagePayload } from "../thread/chat-payload.ts";
import { defineTimelineMapping, type EventMapper } from "../timeline/mapping.ts";
import type { TimelineMutation } from "../timeline/mutation.ts";
import { completed, correlationOf, patchMode, saidTexts, textField } from "./fields.ts";

const kind = CHAT_KINDS.message;

export const messageMapping = defineTimelineMapping({
  name: "pinocchio.message",
  on: {
    ChatUserMessageAccepted: userMessage,
    ChatTextSegmentStarted: () => [],
    ChatTextPatch: grows("assistant", "text"),
    ChatTextDelta: grows("assistant", "text"),
    ChatTextSegmentFinished: ends("assistant", "text"),
    ChatReasoningSegmentStarted: () => [],
    ChatReasoningPatch: grows("thinking", "thinking"),
    ChatReasoningDelta: grows("thinking", "thinking"),
    ChatReasoningSegmentFinished: ends("thinking", "thinking"),
  },
  hydrate(entity) {
    if (entity.kind !== kind) return null;
    const content = textField(entity.payload, "content") || textField(entity.payload, "text");
    const zero = chatMessagePayload({ messageId: entity.id });
    const whole = { ...entity, payload: { ...entity.payload, content, text: "" } };
    return completed(whole, zero, (payload) => payload["streaming"] === true);
  },
});

function userMessage(payload: JsonObject): readonly TimelineMutation[] {
  const id = textField(payload, "messageId");
  const content = textField(payload, "content") || textField(payload, "text") || textField(payload, "prompt");
  const { attachments = [] } = payload;
  const zero = chatMessagePayload({ messageId: id, role: "user", status: "accepted", final: true });
  const props = { ...saidTexts(payload, "role", "status", "prompt"), content, attachments };
  return [{ type: "upsert", kind, id, initial: { payload: zero }, props }];
}

function grows(role: string, segmentType: string): EventMapper {
  return (payload) => {
    const id = textField(payload, "messageId");
    const text = textField(payload, "text");
    const about = { kind, id, whileOpen: true };
    const props = saidTexts(payload, "role", "status", "prompt", "parentMessageId");
    const initial = { payload: newSegment(id, role, segmentType), open: true };
    const ending = { status: textField(payload, "status") || "finished", streaming: false, final: true };
    return [
      text === "" ? { ...about, type: "upsertIfExists", props } : { ...about, type: "upsert", initial, props },
      { ...about, type: "text", field: "content", mode: patchMode(payload), text },
      ...correlated(id, payload),
      ...(payload["final"] === true ? [{ ...about, type: "patch", props: ending, open: false } as const] : []),
    ];
  };
}

function ends(role: string, segmentType: string): EventMapper {
  return (payload) => {
    const id = textField(payload, "messageId");
    const content = textField(payload, "content") || textField(payload, "text");
    const about = { kind, id, whileOpen: true };
    const said = saidTexts(payload, "role", "parentMessageId");
    const ending = { status: textField(payload, "status") || "finished", streaming: false, final: true };
    const close: TimelineMutation = { ...about, type: "patch", props: { ...said, ...ending }, open: false };
    if (content === "") return [...correlated(id, payload), close];
    const initial = { payload: newSegment(id, role, segmentType), open: true };
    return [{ ...about, type: "upsert", initial, props: { content } }, ...correlated(id, payload), close];
  };
}

function correlated(id: string, payload: JsonObject): readonly TimelineMutation[] {
  const props = correlationOf(payload);
  if (Object.keys(props).length === 0) return [];
  return [{ kind, id, whileOpen: true, type: "patch", field: "correlation", props }];
}

const SEGMENT = /^(?<root>.*):[a-z]+:(?<segment>\d+)$/;

function newSegment(messageId: string, role: string, segmentType: string): JsonObject {
  const groups = SEGMENT.exec(messageId)?.groups;
  const parsed = { parentMessageId: groups?.["root"] ?? "", segment: Number(groups?.["segment"] ?? 0) };
  return chatMessagePayload({ messageId, role, segmentType, status: "streaming", streaming: true, ...parsed });
}
