import { ChatStreamPatchMode } from "@sessionstream/protocol/chat/v1";
import { describe, expect, it } from "vitest";
import { type EventInput, event } from "../../event/define-event.ts";
import {
  ChatToolArgumentsPatch,
  ChatToolCallFinished,
  ChatToolCallRequested,
  ChatToolCallStarted,
  ChatToolExecutionStarted,
  ChatToolResultReady,
} from "../events.ts";
import { ChatToolCall, ChatToolResult } from "../kinds.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { manualEngine } from "../testing/manual-engine.ts";

const toolCallId = "t1";
const about = { toolCallId, messageId: "m", toolName: "look" };
const started = event(ChatToolCallStarted, about);
const args = (text: string, more = {}) => event(ChatToolArgumentsPatch, { toolCallId, arguments: text, ...more });
const requested = event(ChatToolCallRequested, { toolCallId, input: '{"q":1}' });
const running = event(ChatToolExecutionStarted, { toolCallId });
const result = (init: object) => event(ChatToolResultReady, { toolCallId, ...init });
const finished = (init = {}) => event(ChatToolCallFinished, { toolCallId, ...init });

/** Call and result after these events, live and read back from storage: both have to be the same. */
async function shown(...events: readonly EventInput[]) {
  await using chat = chatHarness({ engine: manualEngine().engine });
  for (const one of events) await chat.publish(one);
  const read = async (from: typeof chat) =>
    [await from.records(ChatToolCall), await from.records(ChatToolResult)] as const;
  const live = await read(chat);
  expect(await read(chat.restart())).toEqual(live);
  const [[call], [outcome]] = live;
  return { call: call?.payload, open: call?.open, result: outcome?.payload, resultId: outcome?.id };
}

describe("a tool call", () => {
  it("C30 goes from its start to its result", async () => {
    expect((await shown(started)).call).toMatchObject({ ...about, status: "started", executing: false });
    expect((await shown(started, args('{"q"'), args(":1}"))).call).toMatchObject({
      input: '{"q":1}',
      status: "started",
    });
    expect((await shown(started, requested)).call).toMatchObject({ status: "requested", input: '{"q":1}' });
    expect((await shown(started, requested, running)).call).toMatchObject({ status: "running", executing: true });
    const done = await shown(started, requested, running, result({ result: "found" }), finished());
    expect(done.call).toMatchObject({ ...about, status: "completed", executing: false, input: '{"q":1}' });
    expect(done.open).toBe(false);
    expect(done.resultId).toBe("t1:result");
    expect(done.result).toMatchObject({ ...about, result: "found", status: "completed" });
  });

  it.each([
    ["the finish says so", [result({ status: "failed", error: "no" }), finished({ status: "failed", error: "no" })]],
    ["only the result says so", [result({ status: "failed", error: "no" }), finished()]],
    ["only an error says so", [finished({ error: "no" })]],
  ])("C30 stays failed, live and reloaded, when %s", async (_when, ends) => {
    expect((await shown(started, running, ...ends)).call).toMatchObject({ status: "failed", error: "no" });
  });

  it("C30 stays as it settled first", async () => {
    const { call } = await shown(started, finished({ status: "denied" }), running, args("x"), finished());
    expect(call).toMatchObject({ status: "denied", executing: false, input: "" });
  });

  it("C06 C07 reads the mode, offset and sequence of argument patches", async () => {
    const replaced = args("new", { mode: ChatStreamPatchMode.REPLACE });
    expect((await shown(started, args("old"), replaced)).call?.input).toBe("new");
    const second = args(":1}", { sequence: 2, offset: 4 });
    expect((await shown(started, args('{"q"', { sequence: 1 }), second, second)).call?.input).toBe('{"q":1}');
    expect(
      (await shown(started, args("12", { sequence: 1 }), args("56", { sequence: 3, offset: 4 }))).call?.input,
    ).toBe("12");
  });

  it("C18 C30 never loses a name or a correlation to an event that does not repeat it", async () => {
    const named = event(ChatToolCallStarted, { ...about, correlation: { runId: "r", toolCallId } });
    const { call, result: outcome } = await shown(named, requested, result({ result: "found" }), finished());
    expect(call).toMatchObject({ toolName: "look", correlation: { runId: "r", toolCallId } });
    expect(outcome).toMatchObject({ toolName: "look", correlation: { runId: "r", toolCallId } });
  });
});
