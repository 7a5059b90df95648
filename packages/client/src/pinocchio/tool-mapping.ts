/** Owns tool calls and their results of the Go chat package. A settled call stays as it settled. */
import type { JsonObject } from "@sessionstream/protocol";
import { CHAT_KINDS, toolCallPayload, toolResultPayload } from "../thread/chat-payload.ts";
import { defineTimelineMapping } from "../timeline/mapping.ts";
import type { TimelineMutation } from "../timeline/mutation.ts";
import { completed, correlationOf, patchMode, saidTexts, textField } from "./fields.ts";

const OPEN: ReadonlySet<unknown> = new Set(["started", "requested", "running"]);

export const toolMapping = defineTimelineMapping({
  name: "pinocchio.tool",
  on: {
    ChatToolCallStarted: (payload) => call(payload, {}),
    ChatToolArgumentsPatch: argumentsGrow,
    ChatToolArgumentsDelta: argumentsGrow,
    ChatToolCallRequested: (payload) => call(payload, { ...saidTexts(payload, "input"), status: "requested" }),
    ChatToolExecutionStarted: (payload) => call(payload, { executing: true, status: "running" }),
    ChatToolCallFinished: callEnds,
    ChatToolResultReady: result,
  },
  hydrate(entity) {
    if (entity.kind === CHAT_KINDS.toolCall) {
      return completed(entity, toolCallPayload({ toolCallId: entity.id }), (payload) => OPEN.has(payload["status"]));
    }
    return entity.kind === CHAT_KINDS.toolResult ? completed(entity, toolResultPayload(), () => false) : null;
  },
});

function call(payload: JsonObject, props: JsonObject): readonly TimelineMutation[] {
  const id = textField(payload, "toolCallId");
  const about = { kind: CHAT_KINDS.toolCall, id, whileOpen: true };
  const initial = { payload: toolCallPayload({ toolCallId: id, status: "started" }), open: true };
  return [
    { ...about, type: "upsert", initial, props: { ...saidTexts(payload, "messageId", "toolName"), ...props } },
    ...correlated(about, payload),
  ];
}

function argumentsGrow(payload: JsonObject): readonly TimelineMutation[] {
  const about = { kind: CHAT_KINDS.toolCall, id: textField(payload, "toolCallId"), whileOpen: true };
  const text = textField(payload, "arguments");
  return [...call(payload, {}), { ...about, type: "text", field: "input", mode: patchMode(payload), text }];
}

function callEnds(payload: JsonObject): readonly TimelineMutation[] {
  const about = { kind: CHAT_KINDS.toolCall, id: textField(payload, "toolCallId"), whileOpen: true };
  const said = saidTexts(payload, "messageId", "toolName", "error");
  const props = { ...said, executing: false, status: outcome(payload) };
  return [...correlated(about, payload), { ...about, type: "patch", props, open: false }];
}

function result(payload: JsonObject): readonly TimelineMutation[] {
  const toolCallId = textField(payload, "toolCallId");
  const about = { kind: CHAT_KINDS.toolResult, id: `${toolCallId}:result` };
  const props = { ...saidTexts(payload, "messageId", "toolName", "result", "error"), status: outcome(payload) };
  const initial = { payload: toolResultPayload({ toolCallId }) };
  return [{ ...about, type: "upsert", initial, props }, ...correlated(about, payload)];
}

function outcome(payload: JsonObject): string {
  return textField(payload, "status") || (textField(payload, "error") === "" ? "completed" : "failed");
}

function correlated(
  about: { readonly kind: string; readonly id: string; readonly whileOpen?: boolean },
  payload: JsonObject,
): readonly TimelineMutation[] {
  const props = correlationOf(payload);
  return Object.keys(props).length === 0 ? [] : [{ ...about, type: "patch", field: "correlation", props }];
}
