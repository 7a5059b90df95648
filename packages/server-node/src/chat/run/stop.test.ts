import { describe, expect, it } from "vitest";
import type { Engine } from "../engine/engine.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { ChatToolCall } from "../kinds.ts";
import { answer, CALL, question } from "../testing/asking-chat.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { manualEngine, textDeltas } from "../testing/manual-engine.ts";

function harness(options: { readonly noProgressMs?: number } = {}) {
  const manual = manualEngine();
  return Object.assign(chatHarness({ engine: manual.engine, ...options }), { manual });
}

const toolCall: RuntimeEvent = { type: "tool-call", toolCallId: "t1", toolName: "look", input: { q: 1 } };

describe("a stop", () => {
  it("C12 stops in the middle of an answer, keeps what was said, and hears nothing more", async () => {
    await using chat = harness();
    const { outcome } = await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say(...textDeltas("1", "One ", "two "), toolCall);
    chat.manual.call.say(...textDeltas("2", "three ", "four"));
    await chat.platform.settle();
    const stopped = await chat.stop();
    expect(stopped.outcome).toEqual({ runId: outcome["runId"], status: "stop_requested" });
    await chat.platform.settle();
    expect(chat.manual.call.signal.aborted).toBe(true);
    const before = await chat.names();
    expect(before.slice(-5)).toEqual([
      "ChatRunStopRequested",
      "ChatTextPatch",
      "ChatTextSegmentFinished",
      "ChatToolCallFinished",
      "ChatRunStopped",
    ]);
    chat.manual.call.say(...textDeltas("2", "late"));
    await chat.platform.advance(1_000);
    expect(await chat.names()).toEqual(before);
    expect(await chat.runs()).toEqual(["stopped"]);
    expect(await chat.transcript()).toEqual([
      "user: Hello? (accepted)",
      "assistant: One two  (finished)",
      "assistant: three four (stopped)",
    ]);
    expect((await chat.records(ChatToolCall))[0]?.payload).toMatchObject({ status: "cancelled", executing: false });
  });

  it("C12 in the very moment an approved call would be executed keeps its engine from being called", async () => {
    for (let turns = 0; turns < 30; turns += 1) {
      const calls: boolean[] = [];
      const engine: Engine = async function* ({ resumed }, signal) {
        calls.push(signal.aborted);
        if (resumed === null) yield* question(CALL);
      };
      await using chat = chatHarness({ engine });
      await chat.prompt("Delete it");
      await chat.platform.advance(100);
      const answered = answer(chat, "approve");
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await Promise.allSettled([answered, chat.stop()]);
      await chat.platform.settle();
      expect(calls).not.toContain(true);
      expect((await chat.runs())[0]).toMatch(/stopped|finished/);
    }
  });

  it("C12 while its runtime is still being looked for keeps an engine from being called", async () => {
    let found = () => {};
    const { engine, calls } = manualEngine();
    const resolveRuntime = () =>
      new Promise<Engine>((resolve) => {
        found = () => resolve(engine);
      });
    await using chat = chatHarness({ resolveRuntime });
    await chat.prompt("Hello?");
    await chat.platform.settle();
    await chat.stop();
    found();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["stopped"]);
    expect(calls).toHaveLength(0);
  });

  it("C12 lets go of an engine that ignores its signal at its next word", async () => {
    let released = false;
    let next = () => {};
    const deaf: Engine = async function* () {
      try {
        for (;;) {
          yield { type: "text-delta", id: "1", text: "la " };
          await new Promise<void>((resolve) => {
            next = resolve;
          });
        }
      } finally {
        released = true;
      }
    };
    await using chat = chatHarness({ engine: deaf });
    await chat.prompt("Sing");
    await chat.platform.settle();
    await chat.stop();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["stopped"]);
    expect(released).toBe(false);
    next();
    await chat.platform.settle();
    expect(released).toBe(true);
  });

  it("C12 does not take for a poor answer what was stopped before its first word", async () => {
    const obedient: Engine = async function* (_request, signal) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    };
    await using chat = chatHarness({ engine: obedient });
    await chat.prompt("Hello?");
    await chat.platform.settle();
    await chat.stop();
    await chat.platform.settle();
    expect(await chat.transcript()).toEqual(["user: Hello? (accepted)"]);
    expect(await chat.runs()).toEqual(["stopped"]);
  });

  it("C12 stops once, and stopping what is over changes nothing", async () => {
    await using chat = harness();
    expect((await chat.stop()).outcome).toEqual({ runId: "", status: "idle" });
    const { outcome } = await chat.prompt("Hello?");
    await chat.platform.settle();
    await Promise.all([chat.stop(), chat.stop()]);
    await chat.platform.settle();
    const names = await chat.names();
    expect(names.filter((name) => /Stop/.test(name))).toEqual(["ChatRunStopRequested", "ChatRunStopped"]);
    expect((await chat.stop(String(outcome["runId"]))).outcome).toEqual({ runId: outcome["runId"], status: "stopped" });
    expect((await chat.stop()).outcome).toEqual({ runId: "", status: "idle" });
    expect(await chat.names()).toEqual(names);
  });

  it("C12 F-R4 a stop meant for another run does not touch this one", async () => {
    await using chat = harness();
    const first = await chat.prompt("One?");
    await chat.platform.settle();
    chat.manual.call.end();
    await chat.platform.settle();
    await chat.prompt("Two?");
    await chat.platform.settle();
    await chat.stop(String(first.outcome["runId"]));
    await chat.stop("no such run");
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["finished", "running"]);
    expect(chat.manual.call.signal.aborted).toBe(false);
  });

  it("C12 never asks the engine when the stop comes before the start", async () => {
    await using chat = harness();
    await Promise.all([chat.prompt("Hello?"), chat.stop()]);
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["stopped"]);
    expect(await chat.names()).not.toContain("ChatRunStarted");
    expect(chat.manual.calls).toHaveLength(0);
  });
});
