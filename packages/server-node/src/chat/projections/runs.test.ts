import { describe, expect, it } from "vitest";
import { type EventInput, event } from "../../event/define-event.ts";
import {
  ChatProviderCallFinished,
  ChatRunFailed,
  ChatRunFinished,
  ChatRunQueued,
  ChatRunStarted,
  ChatRunStopped,
  ChatRunStopRequested,
} from "../events.ts";
import { ChatMessage, ChatRun } from "../kinds.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { manualEngine } from "../testing/manual-engine.ts";

const about = { messageId: "m", correlation: { runId: "r" } };
const failed = event(ChatRunFailed, { ...about, error: "no", errorCode: "engine_failed", retryable: true });
const finished = event(ChatRunFinished, about);
const started = event(ChatRunStarted, about);

/** Run and messages after a log that some other producer wrote, in one commit: nobody here answers anything. */
async function shown(...events: readonly EventInput[]) {
  await using chat = chatHarness({ engine: manualEngine().engine });
  await chat.publish(...events);
  const [run] = await chat.records(ChatRun);
  return { run: run?.payload, open: run?.open, runs: await chat.runs(), messages: await chat.records(ChatMessage) };
}

describe("the entity of a run", () => {
  it("C09 ends once: the first terminal event wins, in the run and in what people see", async () => {
    const late = await shown(started, finished, failed, event(ChatRunStopped, about));
    expect(late.runs).toEqual(["finished"]);
    expect(late.run).toMatchObject({ error: "", errorCode: "" });
    expect(late.messages).toEqual([]);
    expect((await shown(started, failed, finished)).runs).toEqual(["failed"]);
  });

  it("C10 leaves an error message under the run's root id when it fails", async () => {
    const { run, open, messages } = await shown(started, failed);
    expect(run).toMatchObject({ error: "no", errorCode: "engine_failed", retryable: true });
    expect(open).toBe(false);
    expect(messages.map(({ id, payload }) => [id, payload.role, payload.content, payload.status])).toEqual([
      ["m", "error", "no", "error"],
    ]);
  });

  it("C09 is queued once and starts once", async () => {
    const queued = event(ChatRunQueued, { ...about, prompt: "Hi", userMessageId: "m-user" });
    const again = event(ChatRunQueued, { ...about, prompt: "Bye" });
    const { run } = await shown(queued, again, started, started, finished);
    expect(run).toMatchObject({ prompt: "Hi", userMessageId: "m-user", runId: "r", messageId: "m" });
  });

  it("C18 is found by its root message where a producer sends no correlation", async () => {
    const bare = { messageId: "m" };
    const { run } = await shown(event(ChatRunStarted, bare), event(ChatRunFinished, bare));
    expect(run).toMatchObject({ runId: "m" });
  });

  it("C19 sums the usage of its calls, and hears nothing after its end", async () => {
    const call = event(ChatProviderCallFinished, {
      ...about,
      stopReason: "stop",
      usage: { inputTokens: 2, outputTokens: 3 },
    });
    const { run } = await shown(started, call, call, finished, call, event(ChatRunStopRequested, about));
    expect(run).toMatchObject({ usage: { inputTokens: 4, outputTokens: 6 }, stopReason: "stop", stopRequested: false });
  });
});
