/**
 * Owns runs of the Go chat package. Its timeline has no runs: they are shown while they are followed and gone after a
 * reload, where the newest message tells (run-state.ts). What a failed run leaves for good is its error message.
 */
import { isJsonObject, type JsonObject } from "@sessionstream/protocol";
import { CHAT_KINDS, chatMessagePayload, type RunPayload, runPayload } from "../thread/chat-payload.ts";
import { defineTimelineMapping, type EventMapper } from "../timeline/mapping.ts";
import type { JsonDraft, TimelineMutation } from "../timeline/mutation.ts";
import { objectField, saidTexts, textField } from "./fields.ts";

export const runMapping = defineTimelineMapping({
  name: "pinocchio.run",
  on: {
    ChatRunStarted: begins,
    ChatRunStopRequested: changes(() => ({ stopRequested: true })),
    ChatRunFinished: ends("CHAT_RUN_STATUS_FINISHED"),
    ChatRunStopped: ends("CHAT_RUN_STATUS_STOPPED"),
    ChatRunInterrupted: ends("CHAT_RUN_STATUS_INTERRUPTED"),
    ChatRunFailed: (payload, context) => [
      ...(ends("CHAT_RUN_STATUS_FAILED")(payload, context) ?? []),
      errorMessage(payload),
    ],
    ChatProviderCallStarted: changes((payload) => saidTexts(payload, "model")),
    ChatProviderCallMetadataUpdated: changes((payload) => saidTexts(payload, "stopReason")),
    ChatProviderCallFinished: providerCallEnds,
  },
  hydrate: { unsupported: "The Go chat package stores no runs" },
});

function runOf(payload: JsonObject) {
  const id = textField(objectField(payload, "correlation"), "runId") || textField(payload, "messageId");
  return { kind: CHAT_KINDS.run, id, whileOpen: true } as const;
}

function begins(payload: JsonObject): readonly TimelineMutation[] {
  const run = runOf(payload);
  const status = "CHAT_RUN_STATUS_RUNNING";
  const said = { messageId: textField(payload, "messageId"), prompt: textField(payload, "prompt") };
  const initial = { payload: runPayload({ runId: run.id, status, ...said }), open: true };
  return [{ ...run, type: "upsert", initial, props: {} }];
}

function changes(props: (payload: JsonObject) => JsonObject): EventMapper {
  return (payload) => [{ ...runOf(payload), type: "upsertIfExists", props: props(payload) }];
}

function ends(status: RunPayload["status"]): EventMapper {
  return (payload) => {
    const { retryable = false } = payload;
    const props = { ...saidTexts(payload, "error", "errorCode"), retryable, status };
    return [{ ...runOf(payload), type: "upsertIfExists", props, open: false }];
  };
}

function errorMessage(payload: JsonObject): TimelineMutation {
  const id = textField(payload, "messageId");
  const error = textField(payload, "error");
  const props = chatMessagePayload({
    messageId: id,
    role: "error",
    content: error,
    error,
    status: "error",
    final: true,
  });
  return { type: "upsert", kind: CHAT_KINDS.message, id, props };
}

/** A run may call its model several times: their usage adds up. */
function providerCallEnds(payload: JsonObject): readonly TimelineMutation[] {
  const counted = Object.entries(objectField(payload, "usage")).map(
    ([name, tokens]) => [name, Number(tokens)] as const,
  );
  const usable = counted.filter(([, tokens]) => Number.isSafeInteger(tokens) && tokens > 0);
  const recipe = (run: JsonDraft): void => {
    const before = run["usage"];
    const sum = new Map<string, unknown>(isJsonObject(before) ? Object.entries(before) : []);
    for (const [name, tokens] of usable) sum.set(name, tokens + Number(sum.get(name) ?? 0));
    if (sum.size > 0) run["usage"] = Object.fromEntries(sum);
    const stopReason = textField(payload, "stopReason");
    if (stopReason !== "") run["stopReason"] = stopReason;
  };
  return [{ ...runOf(payload), type: "update", recipe }];
}
