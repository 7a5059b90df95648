import { entityKey, type JsonObject, sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { createManualPlatform } from "../testing/manual-platform.ts";
import { currentRun } from "../thread/run-state.ts";
import type { TimelineEntity } from "../timeline/entity.ts";
import { createMappingRegistry } from "../timeline/mapping-registry.ts";
import { createTimelineStore } from "../timeline/store.ts";
import { pinocchioMappings } from "./index.ts";

type UiEvent = readonly [name: string, payload: JsonObject];

const ROOT = "chat-msg-1";
const TEXT = `${ROOT}:text:1`;
const APPEND = "CHAT_STREAM_PATCH_MODE_APPEND";

/** A client of a reference server: events are mapped as they come, each under its own ordinal. */
function follow(...events: readonly UiEvent[]) {
  const unhandled: string[] = [];
  const registry = createMappingRegistry(pinocchioMappings, (report) => {
    if (report.type === "mapping-failed") throw report.error;
    unhandled.push(report.name);
  });
  const platform = createManualPlatform();
  const store = createTimelineStore(platform);
  let ordinal = 0n;
  function hear(...[name, payload]: UiEvent): void {
    ordinal += 1n;
    const context = { sessionId: sessionId("s"), ordinal };
    store.apply({ type: "mutations", ordinal, mutations: registry.event(name, payload, context) });
    platform.runFrames();
    platform.runFrames();
  }
  for (const event of events) hear(...event);
  const payloadOf = (kind: string, id: string) => store.getEntity(entityKey(kind, id))?.payload;
  return { registry, store, unhandled, hear, payloadOf, message: (id = TEXT) => payloadOf("ChatMessage", id) };
}

const prompt: UiEvent = [
  "ChatUserMessageAccepted",
  { messageId: `${ROOT}-user`, role: "user", prompt: "Hi", text: "Hi" },
];
const patch = (text: string, more: JsonObject = {}): UiEvent => [
  "ChatTextPatch",
  { messageId: TEXT, role: "assistant", text, mode: APPEND, ...more },
];
const call = (name: string, more: JsonObject = {}): UiEvent => [name, { toolCallId: "t1", ...more }];

const TURN: readonly UiEvent[] = [
  prompt,
  ["ChatRunStarted", { messageId: ROOT, prompt: "Hi", correlation: { runId: "r1" } }],
  ["ChatReasoningSegmentStarted", { messageId: `${ROOT}:thinking:1` }],
  ["ChatReasoningPatch", { messageId: `${ROOT}:thinking:1`, text: "Hm", mode: APPEND, parentMessageId: ROOT }],
  ["ChatReasoningSegmentFinished", { messageId: `${ROOT}:thinking:1` }],
  ["ChatTextSegmentStarted", { messageId: TEXT, role: "assistant" }],
  patch("Let me ", { correlation: { runId: "r1" } }),
  ["ChatTextDelta", { messageId: TEXT, text: "look" }],
  ["ChatTextSegmentFinished", { messageId: TEXT, status: "finished", correlation: { segmentId: "1", runId: "" } }],
  call("ChatToolCallStarted", { toolName: "search", messageId: ROOT }),
  call("ChatToolArgumentsPatch", { arguments: '{"q":', mode: APPEND }),
  call("ChatToolArgumentsDelta", { arguments: "1}" }),
  call("ChatToolCallRequested", { input: '{"q":1}' }),
  call("ChatToolExecutionStarted"),
  call("ChatToolResultReady", { result: "found", correlation: { toolCallId: "t1" } }),
  call("ChatToolCallFinished"),
  ["ChatRunFinished", { messageId: ROOT, correlation: { runId: "r1" } }],
];

describe("events of the Go chat package", () => {
  it("K20 build messages, reasoning, tool calls and results", () => {
    const { message, payloadOf, store, unhandled } = follow(...TURN);
    expect(message(`${ROOT}-user`)).toMatchObject({ role: "user", content: "Hi", status: "accepted" });
    expect(message(`${ROOT}:thinking:1`)).toMatchObject({ role: "thinking", content: "Hm", segmentType: "thinking" });
    expect(message()).toMatchObject({ content: "Let me look", status: "finished", streaming: false, segment: 1 });
    const correlation = { runId: "r1", segmentId: "1" };
    expect(message()).toMatchObject({ correlation, parentMessageId: ROOT });
    const settled = { toolName: "search", input: '{"q":1}', status: "completed", executing: false };
    expect(payloadOf("ChatToolCall", "t1")).toMatchObject(settled);
    expect(payloadOf("ChatToolResult", "t1:result")).toMatchObject({ result: "found", status: "completed" });
    expect(store.getOrder().filter((key) => store.getEntity(key)?.open)).toEqual([]);
    expect(unhandled).toEqual([]);
  });

  it("K24 a snapshot at any point comes back as the live entities are", () => {
    const { registry, store, hear } = follow();
    for (const event of TURN) {
      hear(...event);
      for (const key of store.getOrder()) {
        const live = store.getEntity(key);
        if (live === undefined || live.kind === "ChatRun") continue;
        expect(registry.entity(asSnapshot(live))).toEqual(live);
      }
    }
  });

  it("K20 modes other than append replace; unspecified appends", () => {
    const { message, hear } = follow(
      patch("a", { mode: "" }),
      patch("b", { mode: "CHAT_STREAM_PATCH_MODE_UNSPECIFIED" }),
    );
    expect(message()).toMatchObject({ content: "ab" });
    hear(...patch("c", { mode: "CHAT_STREAM_PATCH_MODE_SNAPSHOT" }));
    expect(message()).toMatchObject({ content: "c" });
  });

  it("K19 a segment that said nothing is no message; a sparse ending creates none and keeps what was said", () => {
    const finished: UiEvent = ["ChatTextSegmentFinished", { messageId: TEXT, final: true }];
    expect(follow(["ChatTextSegmentStarted", { messageId: TEXT }], patch(""), finished).message()).toBeUndefined();
    const { message } = follow(patch("said"), finished);
    expect(message()).toMatchObject({ content: "said", role: "assistant", streaming: false });
    expect(follow(call("ChatToolCallFinished")).payloadOf("ChatToolCall", "t1")).toBeUndefined();
  });

  it("K19 an ending with text is a message though no patch came before it", () => {
    const { message } = follow(["ChatTextSegmentFinished", { messageId: TEXT, text: "whole" }]);
    expect(message()).toMatchObject({ content: "whole", role: "assistant", status: "finished", streaming: false });
  });

  it("K16 a late patch neither reopens settled text nor adds to it", () => {
    const { message, hear, store } = follow(patch("all", { final: true }));
    const settled = message();
    hear(...patch(" too late", { status: "streaming" }));
    expect(message()).toBe(settled);
    expect(store.getEntity(entityKey("ChatMessage", TEXT))?.open).toBe(false);
  });

  it("K25 the run goes on when its text segment ends, and its failure stays as a message", () => {
    const { store, hear, message } = follow(...TURN.slice(0, 9));
    expect(currentRun(store)).toMatchObject({ id: "r1", phase: "running" });
    hear("ChatRunFailed", { messageId: ROOT, error: "boom", correlation: { runId: "r1" } });
    expect(currentRun(store)).toMatchObject({ id: "r1", phase: "failed", error: { message: "boom" } });
    expect(message(ROOT)).toMatchObject({ role: "error", content: "boom", status: "error" });
  });

  it("K26 usage of several provider calls adds up; what is no number does not count", () => {
    const finished = (usage: JsonObject): UiEvent => ["ChatProviderCallFinished", { messageId: "r1", usage }];
    const { payloadOf } = follow(
      ["ChatRunStarted", { messageId: "r1" }],
      ["ChatProviderCallStarted", { messageId: "r1", model: "m" }],
      finished({ inputTokens: 5, outputTokens: "7" }),
      finished({ inputTokens: 1, outputTokens: "many" }),
    );
    expect(payloadOf("ChatRun", "r1")).toMatchObject({ model: "m", usage: { inputTokens: 6, outputTokens: 7 } });
  });

  it("K23 what this package does not know is reported", () => {
    expect(follow(["ChatAgentModeCommitted", {}]).unhandled).toEqual(["ChatAgentModeCommitted"]);
  });
});

/** As the Go server stores it: another package's type name, zero values absent, no open bit. */
function asSnapshot(entity: TimelineEntity): TimelineEntity {
  const said = Object.entries(entity.payload).filter(
    ([, value]) => value !== "" && value !== 0 && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  const type = String(entity.payload["@type"]).replace("sessionstream.chat.v1", "pinocchio.chatapp.v1");
  return { ...entity, open: false, payload: { ...Object.fromEntries(said), "@type": type } };
}

describe("the run of a server without run entities", () => {
  const status = (...events: readonly UiEvent[]) => {
    const { store } = follow(...events);
    return currentRun(store);
  };

  it("K25 is read from the newest message or tool call", () => {
    expect(status()).toEqual({ type: "none" });
    expect(status(prompt)).toMatchObject({ phase: "running", active: true });
    expect(status(prompt, patch("x"))).toMatchObject({ phase: "running" });
    expect(status(prompt, patch("x", { final: true }))).toMatchObject({ phase: "finished", active: false });
    expect(status(patch("x", { final: true }), call("ChatToolCallRequested"))).toMatchObject({ phase: "running" });
    expect(status(patch("x", { final: true, status: "stopped" }))).toMatchObject({ phase: "stopped" });
    const failed: UiEvent = ["ChatRunFailed", { messageId: ROOT, error: "boom" }];
    expect(status(failed)).toMatchObject({ phase: "failed" });
    expect(status(failed, patch("newer", { final: true }))).toMatchObject({ phase: "finished" });
  });
});
