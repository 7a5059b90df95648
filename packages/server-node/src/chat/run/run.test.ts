import { SessionStreamError } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { event } from "../../event/define-event.ts";
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { ChatRunInterrupted } from "../events.ts";
import { ChatMessage, ChatRun } from "../kinds.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { manualEngine, textDeltas } from "../testing/manual-engine.ts";

function harness(options: { readonly noProgressMs?: number } = {}) {
  const manual = manualEngine();
  return Object.assign(chatHarness({ engine: manual.engine, ...options }), { manual });
}

const toolCall: RuntimeEvent = { type: "tool-call", toolCallId: "t1", toolName: "look", input: { q: 1 } };

describe("a run", () => {
  it("C01 C02 stores the user's message before the engine is asked, and publishes in order", async () => {
    await using chat = harness();
    const { ordinal, outcome, commandId } = await chat.prompt("Hello?");
    expect(outcome).toMatchObject({ status: "running" });
    expect(await chat.transcript()).toEqual(["user: Hello? (accepted)"]);
    expect((await chat.records(ChatMessage))[0]?.commandId).toBe(commandId);
    expect(ordinal).toBe(2n);
    await chat.platform.settle();
    chat.manual.call.say({ type: "text-start", id: "1" }, ...textDeltas("1", "Hi!"), { type: "text-end", id: "1" });
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.names()).toEqual([
      "ChatUserMessageAccepted",
      "ChatRunQueued",
      "ChatRunStarted",
      "ChatTextSegmentStarted",
      "ChatTextPatch",
      "ChatTextSegmentFinished",
      "ChatRunFinished",
    ]);
    expect(await chat.transcript()).toEqual(["user: Hello? (accepted)", "assistant: Hi! (finished)"]);
  });

  it("C09 C18 keeps its phase, times and ids in an entity of its own", async () => {
    await using chat = harness();
    const { outcome } = await chat.prompt("Hello?");
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["running"]);
    await chat.platform.advance(1_500);
    chat.manual.call.say(
      { type: "provider-call-start", callId: "p", model: "m-1" },
      { type: "provider-call-metadata", callId: "p", usage: { inputTokens: 1 } },
      { type: "provider-call-finish", callId: "p", stopReason: "stop", usage: { inputTokens: 3, outputTokens: 4 } },
      ...textDeltas("1", "Hi!"),
    );
    chat.manual.call.end();
    await chat.platform.settle();
    const [run] = await chat.records(ChatRun);
    expect(run?.payload).toMatchObject({
      runId: outcome["runId"],
      userMessageId: outcome["userMessageId"],
      model: "m-1",
      stopReason: "stop",
      usage: { inputTokens: 3, outputTokens: 4 },
    });
    expect((run?.payload.endedAt ?? 0) - (run?.payload.startedAt ?? 0)).toBe(1_500);
    expect(run?.open).toBe(false);
    const answer = (await chat.records(ChatMessage)).at(-1)?.payload;
    expect(answer?.correlation).toMatchObject({ sessionId: "s1", runId: outcome["runId"], segmentId: "1" });
  });

  it.each<[string, RuntimeEvent[]]>([
    ["nothing was said", []],
    ["text was said", [...textDeltas("1", "Well")]],
  ])("C10 fails with an error message when its engine throws after %s", async (_when, said) => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say(...said);
    chat.manual.call.fail(new Error("password=hunter2"));
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["failed"]);
    const transcript = await chat.transcript();
    expect(transcript.at(-1)).toBe("error: The answer could not be completed. Try again. (error)");
    expect(transcript).toHaveLength(2 + said.length);
    if (said.length > 0) expect(transcript[1]).toBe("assistant: Well (error)");
    expect((await chat.log()).map(({ payload }) => payload).join()).not.toContain("hunter2");
    expect((await chat.hub.errors()).map(({ message }) => message)).toContain("password=hunter2");
    expect((await chat.names()).filter((name) => name === "ChatRunFailed")).toHaveLength(1);
  });

  it("C10 tells people what an engine chose to say to them", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.fail(new SessionStreamError("rate_limited", "Too many questions today."));
    await chat.platform.settle();
    const [run] = await chat.records(ChatRun);
    expect(run?.payload).toMatchObject({
      error: "Too many questions today.",
      errorCode: "rate_limited",
      retryable: true,
    });
  });

  it("C11 leaves a closed segment as it is when the engine fails later", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say(...textDeltas("1", "Done."), { type: "text-end", id: "1" });
    chat.manual.call.fail(new Error("late"));
    await chat.platform.settle();
    expect((await chat.transcript())[1]).toBe("assistant: Done. (finished)");
  });

  it("C10 fails when no engine can be found for it", async () => {
    const resolveRuntime = () => Promise.reject(new SessionStreamError("not_found", "There is no such profile."));
    await using chat = chatHarness({ resolveRuntime });
    await chat.prompt("Hello?");
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["failed"]);
    expect((await chat.transcript()).at(-1)).toContain("There is no such profile.");
  });

  it("C09 says nothing more once somebody else ended it", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say(...textDeltas("1", "One "));
    await chat.platform.settle();
    const run = (await chat.records(ChatRun))[0]?.payload;
    const ref = { messageId: run?.messageId ?? "", correlation: { runId: run?.runId ?? "" } };
    await chat.publish(event(ChatRunInterrupted, ref));
    chat.manual.call.say(...textDeltas("1", "two"), { type: "text-end", id: "1" });
    await chat.platform.settle();
    expect((await chat.names()).at(-1)).toBe("ChatRunInterrupted");
    expect(chat.manual.call.signal.aborted).toBe(true);
    expect(chat.hub.stats().effects).toBe(0);
  });

  it("C09 has one end in the log when two ends come at the same time", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    const run = (await chat.records(ChatRun))[0]?.payload;
    const ref = { messageId: run?.messageId ?? "", correlation: { runId: run?.runId ?? "" } };
    chat.manual.call.say(...textDeltas("1", "One"));
    await chat.platform.settle();
    const other = chat.publish(event(ChatRunInterrupted, ref));
    chat.manual.call.end();
    await other;
    await chat.platform.settle();
    const ends = (await chat.names()).filter((name) => /^ChatRun(Finished|Interrupted|Stopped|Failed)$/.test(name));
    expect(ends).toEqual(["ChatRunInterrupted"]);
  });

  it("C10 fails when what its engine says cannot be stored", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say({ type: "tool-call", toolCallId: "t".repeat(70_000), toolName: "look", input: {} });
    await chat.platform.settle();
    expect((await chat.records(ChatRun))[0]?.payload).toMatchObject({ errorCode: "payload_too_large" });
    expect(chat.manual.call.signal.aborted).toBe(true);
  });

  it("C09 fails when its engine says nothing for too long", async () => {
    await using chat = harness({ noProgressMs: 10_000 });
    await chat.prompt("Hello?");
    await chat.platform.advance(9_000);
    chat.manual.call.say(...textDeltas("1", "Wait"));
    await chat.platform.advance(9_000);
    expect(await chat.runs()).toEqual(["running"]);
    await chat.platform.advance(1_001);
    expect((await chat.records(ChatRun))[0]?.payload).toMatchObject({ errorCode: "no_progress", retryable: true });
    expect(chat.manual.call.signal.aborted).toBe(true);
  });

  it("C20 shows the answer of an engine that does not stream as one segment", async () => {
    await using chat = harness();
    const { outcome } = await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say({ type: "finish", text: "All at once." });
    chat.manual.call.end();
    await chat.platform.settle();
    const [, answer] = await chat.records(ChatMessage);
    expect(answer?.id).toBe(`${outcome["messageId"]}:text:1`);
    expect(await chat.transcript()).toContain("assistant: All at once. (finished)");
  });

  it("C20 does not say twice what was streamed", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say(...textDeltas("1", "Streamed."), { type: "finish", text: "Streamed." });
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.transcript()).toEqual(["user: Hello? (accepted)", "assistant: Streamed. (finished)"]);
  });

  it("C20 says so when an engine has nothing to say", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["finished"]);
    expect(await chat.transcript()).toContain("warning: The model gave no answer. (finished)");
  });

  it("C05 makes text, a tool and text again two messages", async () => {
    await using chat = harness();
    const { outcome } = await chat.prompt("Hello?");
    await chat.platform.settle();
    const result: RuntimeEvent = { type: "tool-result", toolCallId: "t1", result: "found" };
    chat.manual.call.say(...textDeltas("0", "Let me look."), toolCall, result, ...textDeltas("0", "Found."));
    chat.manual.call.end();
    await chat.platform.settle();
    const root = String(outcome["messageId"]);
    expect((await chat.records(ChatMessage)).map(({ id }) => id)).toEqual([
      `${root}-user`,
      `${root}:text:1`,
      `${root}:text:2`,
    ]);
  });

  it("C23 publishes the first delta at once, then what 25 ms gathered", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    const patches = async () =>
      (await chat.log()).filter(({ name }) => name === "ChatTextPatch").map(({ payload }) => JSON.parse(payload).text);
    chat.manual.call.say(...textDeltas("1", "a", "b", "c"));
    await chat.platform.settle();
    expect(await patches()).toEqual(["a"]);
    await chat.platform.advance(24);
    expect(await patches()).toEqual(["a"]);
    await chat.platform.advance(1);
    expect(await patches()).toEqual(["a", "bc"]);
    chat.manual.call.say(...textDeltas("1", "d"), { type: "text-end", id: "1" });
    await chat.platform.settle();
    expect(await patches()).toEqual(["a", "bc", "d"]);
  });

  it("C23 gathers for longer when storage is slower than the window", async () => {
    const manual = manualEngine();
    let open = () => {};
    let gate = Promise.resolve();
    const slow = (storage: MessageStorageAdapter): MessageStorageAdapter => ({
      capabilities: storage.capabilities,
      load: (session) => storage.load(session),
      events: (session, query) => storage.events(session, query),
      command: (session, id) => storage.command(session, id),
      commit: (commit) => gate.then(() => storage.commit(commit)),
      remove: (session) => storage.remove(session),
      close: () => storage.close(),
    });
    await using chat = chatHarness({ engine: manual.engine }, new Map(), manualPlatform(), slow);
    await chat.prompt("Hello?");
    await chat.platform.settle();
    manual.call.say(...textDeltas("1", "a", "b"));
    await chat.platform.settle();
    gate = new Promise((resolve) => {
      open = resolve;
    });
    await chat.platform.advance(25);
    for (const text of ["c", "d", "e"]) {
      manual.call.say(...textDeltas("1", text));
      await chat.platform.advance(30);
    }
    open();
    await chat.platform.advance(25);
    const patches = (await chat.log()).filter(({ name }) => name === "ChatTextPatch");
    expect(patches.map(({ payload }) => JSON.parse(payload).text)).toEqual(["a", "b", "cde"]);
  });

  it("C25 counts offsets in UTF-16 units and sends no half of an emoji", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say(...textDeltas("1", "🙂\uD83D", "\uDE00!"));
    chat.manual.call.end();
    await chat.platform.settle();
    const patches = (await chat.log()).filter(({ name }) => name === "ChatTextPatch");
    expect(patches.map(({ payload }) => JSON.parse(payload)).map(({ offset, text }) => [offset, text])).toEqual([
      [0, "🙂"],
      [2, "😀!"],
    ]);
    expect((await chat.transcript())[1]).toBe("assistant: 🙂😀! (finished)");
  });

  it("goes on in the next segment when an answer outgrows one message", async () => {
    await using chat = harness();
    await chat.prompt("Be long");
    await chat.platform.settle();
    const pages = Array.from({ length: 12 }, (_, page) => String(page % 10).repeat(7_000));
    chat.manual.call.say(...textDeltas("1", ...pages));
    chat.manual.call.end();
    await chat.platform.settle();
    const answers = (await chat.records(ChatMessage)).slice(1).map(({ payload }) => payload.content);
    expect(answers.length).toBeGreaterThan(1);
    expect(answers.join("")).toBe(pages.join(""));
    expect(await chat.runs()).toEqual(["finished"]);
  });

  it("L12: reports what no plugin knows, once, and goes on", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    const odd: RuntimeEvent = { type: "custom", name: "hologram", payload: {} };
    chat.manual.call.say(odd, odd, ...textDeltas("1", "Hi!"));
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.transcript()).toContain("assistant: Hi! (finished)");
    const reported = (await chat.hub.errors()).filter(({ message }) => message.includes("hologram"));
    expect(reported).toHaveLength(1);
  });
});
