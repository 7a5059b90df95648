import { describe, expect, it } from "vitest";
import type { BusyPolicy } from "../commands/start-inference.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { manualEngine, textDeltas } from "../testing/manual-engine.ts";

function harness(busyPolicy?: BusyPolicy, maxQueuedRuns = 20) {
  const manual = manualEngine();
  const options = { engine: manual.engine, maxQueuedRuns, ...(busyPolicy === undefined ? {} : { busyPolicy }) };
  return Object.assign(chatHarness(options), { manual });
}

describe("a prompt while an answer is being given", () => {
  it("C13 waits its turn under the policy queue", async () => {
    await using chat = harness();
    await chat.prompt("One?");
    const second = await chat.prompt("Two?");
    expect(second.outcome).toMatchObject({ status: "queued" });
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["running", "queued"]);
    expect(chat.manual.calls).toHaveLength(1);
    chat.manual.call.say(...textDeltas("1", "First."));
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["finished", "running"]);
    expect(chat.manual.call.request.prompt).toBe("Two?");
  });

  it("C13 takes the place of all open runs under the policy replace, without waiting for them", async () => {
    await using chat = harness();
    await chat.prompt("One?");
    await chat.prompt("Two?");
    await chat.platform.settle();
    const [one] = chat.manual.calls;
    one?.say(...textDeltas("1", "Fir"));
    await chat.platform.settle();
    const third = await chat.prompt("Three?", { busyPolicy: "replace" });
    expect(third.outcome).toMatchObject({ status: "queued" });
    await chat.platform.settle();
    expect(one?.signal.aborted).toBe(true);
    expect(await chat.runs()).toEqual(["stopped", "stopped", "running"]);
    expect(chat.manual.calls.map(({ request }) => request.prompt)).toEqual(["One?", "Three?"]);
  });

  it("C13 is refused under the policy reject, and stores nothing", async () => {
    await using chat = harness("reject");
    await chat.prompt("One?");
    await chat.platform.settle();
    const names = await chat.names();
    await expect(chat.prompt("Two?")).rejects.toMatchObject({ code: "run_busy", retryable: true });
    expect(await chat.names()).toEqual(names);
    chat.manual.call.end();
    await chat.platform.settle();
    await chat.prompt("Two?");
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["finished", "running"]);
  });

  it("C13 lets a prompt choose another policy than the server's", async () => {
    await using chat = harness("reject");
    await chat.prompt("One?");
    expect((await chat.prompt("Two?", { busyPolicy: "queue" })).outcome).toMatchObject({ status: "queued" });
    await expect(chat.prompt("Three?")).rejects.toMatchObject({ code: "run_busy" });
  });

  it("C13 is refused when too many wait", async () => {
    await using chat = harness("queue", 2);
    for (const prompt of ["One?", "Two?", "Three?"]) await chat.prompt(prompt);
    await expect(chat.prompt("Four?")).rejects.toMatchObject({ code: "limit_reached" });
  });

  it("C12 stops a waiting run before it starts", async () => {
    await using chat = harness();
    await chat.prompt("One?");
    const second = await chat.prompt("Two?");
    await chat.platform.settle();
    expect((await chat.stop(String(second.outcome["runId"]))).outcome).toMatchObject({ status: "stopped" });
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["finished", "stopped"]);
    expect(chat.manual.calls).toHaveLength(1);
  });

  it("C12 stops what is being answered, and the next prompt gets its turn", async () => {
    await using chat = harness();
    await chat.prompt("One?");
    await chat.prompt("Two?");
    await chat.platform.settle();
    await chat.stop();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["stopped", "running"]);
  });
});

describe("a prompt that is sent again", () => {
  it("C15 takes effect once per command id, however often and whenever it comes", async () => {
    await using chat = harness();
    const both = await Promise.all([chat.prompt("Hi", { commandId: "k" }), chat.prompt("Hi", { commandId: "k" })]);
    await chat.platform.settle();
    chat.manual.call.end();
    await chat.platform.settle();
    const later = await chat.prompt("Hi", { commandId: "k" });
    expect(later).toMatchObject({ repeated: true, outcome: both[0]?.outcome });
    expect(both[1]?.outcome).toEqual(both[0]?.outcome);
    expect(await chat.runs()).toEqual(["finished"]);
    expect(chat.manual.calls).toHaveLength(1);
  });

  it("C15 is refused when the same id says something else", async () => {
    await using chat = harness();
    await chat.prompt("Hi", { commandId: "k" });
    await expect(chat.prompt("Bye", { commandId: "k" })).rejects.toMatchObject({ code: "key_reused" });
  });
});

describe("asking again for an answer", () => {
  it("C16 adds a run and no message", async () => {
    await using chat = harness();
    const first = await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.fail(new Error("broken"));
    await chat.platform.settle();
    const again = await chat.prompt("", { retryOfRunId: String(first.outcome["runId"]) });
    expect(again.outcome["userMessageId"]).toBe(first.outcome["userMessageId"]);
    await chat.platform.settle();
    expect(chat.manual.call.request).toMatchObject({ prompt: "Hello?", history: [] });
    chat.manual.call.say(...textDeltas("1", "Now."));
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["failed", "finished"]);
    expect(await chat.transcript()).toEqual([
      "user: Hello? (accepted)",
      "error: The answer could not be completed. Try again. (error)",
      "assistant: Now. (finished)",
    ]);
  });

  it("is refused for a run that is open or unknown", async () => {
    await using chat = harness();
    const { outcome } = await chat.prompt("Hello?");
    await expect(chat.prompt("", { retryOfRunId: String(outcome["runId"]) })).rejects.toMatchObject({
      code: "run_busy",
    });
    await expect(chat.prompt("", { retryOfRunId: "x" })).rejects.toMatchObject({ code: "run_not_found" });
  });
});

describe("what is no prompt", () => {
  const image = { attachmentId: "a", mediaType: "image/png" };

  it.each<[string, object, string]>([
    ["nothing at all", {}, "empty_prompt"],
    ["white space", { prompt: " \n\t" }, "empty_prompt"],
    ["more than is allowed", { prompt: "x".repeat(16_001) }, "payload_too_large"],
    ["an attachment without a name", { prompt: "see", attachments: [{ attachmentId: " " }] }, "invalid_command"],
    ["bytes", { attachments: [{ ...image, url: "data:image/png;base64,AA" }] }, "invalid_command"],
    ["an attachment that is none", { attachments: ["a"] }, "invalid_command"],
    ["half an emoji", { prompt: "\uD83D" }, "invalid_command"],
  ])("refuses %s and stores nothing", async (_what, input, code) => {
    await using chat = harness();
    await expect(chat.prompt("", input)).rejects.toMatchObject({ code });
    expect(await chat.names()).toEqual([]);
  });

  it("C26 takes an attachment alone for a prompt", async () => {
    await using chat = harness();
    await chat.prompt("", { attachments: [{ ...image, url: "https://files.example/a.png" }] });
    await chat.platform.settle();
    expect(chat.manual.call.request.attachments).toMatchObject([{ attachmentId: "a" }]);
  });

  it("C17 publishes nothing when the message id it would get is not usable", async () => {
    await using chat = chatHarness({ engine: manualEngine().engine, rootMessageId: (runId) => `${runId}-user` });
    await expect(chat.prompt("Hello?")).rejects.toThrow();
    expect(await chat.names()).toEqual([]);
  });
});
