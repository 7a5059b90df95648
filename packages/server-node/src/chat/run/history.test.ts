import { describe, expect, it } from "vitest";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { type ChatHarness, chatHarness } from "../testing/chat-harness.ts";
import { type ManualEngine, manualEngine, textDeltas } from "../testing/manual-engine.ts";

async function turn(chat: ChatHarness, manual: ManualEngine, prompt: string, ...said: readonly RuntimeEvent[]) {
  const receipt = await chat.prompt(prompt);
  await chat.platform.settle();
  manual.call.say(...said);
  await chat.platform.advance(50);
  return receipt;
}

const user = (text: string) => ({ role: "user", text, attachments: [] });
const says = (...texts: readonly string[]) => ({
  role: "assistant",
  parts: texts.map((text) => ({ type: "text", text })),
});

describe("what a model hears of before", () => {
  it("C21 is every turn that ended well or was stopped, calls with their results in their place", async () => {
    const manual = manualEngine();
    await using chat = chatHarness({ engine: manual.engine });
    await turn(
      chat,
      manual,
      "One?",
      { type: "reasoning-delta", id: "r", text: "secret thoughts" },
      ...textDeltas("1", "Looking."),
      { type: "tool-call", toolCallId: "t", toolName: "look", input: { q: 1 } },
      { type: "tool-result", toolCallId: "t", result: { found: 2 } },
      { type: "tool-call", toolCallId: "lost", toolName: "look", input: {} },
      { type: "warning", message: "careful" },
      ...textDeltas("2", "Found."),
    );
    manual.call.end();
    await chat.platform.settle();
    await turn(chat, manual, "Two?", ...textDeltas("1", "Half"));
    await chat.stop();
    await chat.platform.settle();
    await turn(chat, manual, "Three?");
    expect(manual.call.request.history).toEqual([
      user("One?"),
      {
        role: "assistant",
        parts: [
          { type: "text", text: "Looking." },
          {
            type: "tool-call",
            toolCallId: "t",
            toolName: "look",
            input: '{"q":1}',
            result: '{"found":2}',
            isError: false,
          },
          { type: "text", text: "Found." },
        ],
      },
      user("Two?"),
      says("Half"),
    ]);
  });

  it("C21 leaves out answers that failed, and takes the newest of several to one message", async () => {
    const manual = manualEngine();
    await using chat = chatHarness({ engine: manual.engine });
    const { outcome } = await turn(chat, manual, "One?", ...textDeltas("1", "wrong"), { type: "text-end", id: "1" });
    manual.call.fail(new Error("broken"));
    await chat.platform.settle();
    await turn(chat, manual, "Two?", ...textDeltas("1", "two"));
    expect(manual.call.request.history).toEqual([user("One?")]);
    manual.call.end();
    await chat.platform.settle();
    await chat.prompt("", { retryOfRunId: String(outcome["runId"]) });
    await chat.platform.settle();
    expect(manual.call.request).toMatchObject({ prompt: "One?", history: [] });
    manual.call.say(...textDeltas("1", "right"));
    manual.call.end();
    await chat.platform.settle();
    await turn(chat, manual, "Three?");
    expect(manual.call.request.history).toEqual([user("One?"), says("right"), user("Two?"), says("two")]);
  });

  it("C21 knows nothing of prompts that still wait behind this one", async () => {
    const manual = manualEngine();
    await using chat = chatHarness({ engine: manual.engine });
    await chat.prompt("One?");
    await chat.prompt("Two?");
    await chat.platform.settle();
    expect(manual.call.request).toMatchObject({ prompt: "One?", history: [] });
    manual.call.say(...textDeltas("1", "one"));
    manual.call.end();
    await chat.platform.settle();
    expect(manual.call.request).toMatchObject({ prompt: "Two?", history: [user("One?"), says("one")] });
  });
});
