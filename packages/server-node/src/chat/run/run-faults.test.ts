import { describe, expect, it } from "vitest";
import type { CommitResult, MessageStorageAdapter, SessionCommit } from "../../storage/contract.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import type { Engine } from "../engine/engine.ts";
import { ChatMessage, ChatRun, ChatToolCall } from "../kinds.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { followSession } from "../testing/follow-session.ts";
import { manualEngine, textDeltas } from "../testing/manual-engine.ts";

function harness() {
  const manual = manualEngine();
  return Object.assign(chatHarness({ engine: manual.engine }), { manual });
}

/** An engine that counts how often it is asked, and fails each time. */
function brokenEngine(): { readonly engine: Engine; readonly asked: () => number } {
  let asked = 0;
  const engine: Engine = async function* () {
    asked += 1;
    yield* textDeltas("1", "Well");
    throw new Error("broken");
  };
  return { engine, asked: () => asked };
}

describe("an engine that fails", () => {
  it("F-S11 after it said something: the prompt keeps its outcome, the run its end, and sent again it adds nothing", async () => {
    await using chat = harness();
    const first = await chat.prompt("Hello?", { commandId: "k" });
    await chat.platform.settle();
    chat.manual.call.say(...textDeltas("1", "Half an "));
    chat.manual.call.fail(new Error("broken"));
    await chat.platform.settle();
    const names = await chat.names();
    expect(names.at(-1)).toBe("ChatRunFailed");
    const again = await chat.prompt("Hello?", { commandId: "k" });
    await chat.platform.advance(60_000);
    expect(again).toMatchObject({ outcome: first.outcome, repeated: true });
    expect(await chat.names()).toEqual(names);
    expect(await chat.runs()).toEqual(["failed"]);
  });

  it("F-R11 at every attempt is asked once for each prompt, however long one waits", async () => {
    const { engine, asked } = brokenEngine();
    await using chat = chatHarness({ engine });
    await chat.prompt("One?");
    await chat.prompt("Two?");
    await chat.platform.advance(600_000);
    expect(await chat.runs()).toEqual(["failed", "failed"]);
    expect(asked()).toBe(2);
  });

  it("F-R11 to be found leaves a run that fails once", async () => {
    let asked = 0;
    const resolveRuntime = async () => {
      asked += 1;
      throw new Error("no model");
    };
    await using chat = chatHarness({ resolveRuntime });
    await chat.prompt("One?");
    await chat.platform.advance(600_000);
    expect(await chat.runs()).toEqual(["failed"]);
    expect(asked).toBe(1);
  });

  it("F-R9 to store that it executes a call does not execute it", async () => {
    let effects = 0;
    const engine: Engine = async function* () {
      const call = { toolCallId: "t1", toolName: "pay" };
      yield { type: "tool-call", ...call, input: { euros: 5 } };
      yield { type: "tool-execution-start", ...call };
      effects += 1;
    };
    const refusing = wrapped((storage, commit) => {
      if (commit.events.some(({ name }) => name === "ChatToolExecutionStarted")) throw new Error("disk full");
      return storage.commit(commit);
    });
    await using chat = chatHarness({ engine }, new Map(), manualPlatform(), refusing);
    await chat.prompt("Pay");
    await chat.platform.advance(60_000);
    expect(await chat.runs()).toEqual(["failed"]);
    expect(effects).toBe(0);
  });

  it("F-R10 by falling silent fails its run after two minutes", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.advance(60_000);
    chat.manual.call.say(...textDeltas("1", "Wait"));
    await chat.platform.advance(119_999);
    expect(await chat.runs()).toEqual(["running"]);
    await chat.platform.advance(1);
    expect(await chat.runs()).toEqual(["failed"]);
    expect((await chat.records(ChatRun))[0]?.payload).toMatchObject({ errorCode: "no_progress", retryable: true });
  });
});

describe("a process that dies again and again", () => {
  it("F-R11 F-R9 asks no engine twice for the same prompt: what its tool did is done once", async () => {
    const manual = manualEngine();
    let effects = 0;
    const engine: Engine = async function* (request, signal) {
      yield { type: "tool-call", toolCallId: "t1", toolName: "pay", input: { euros: 5 } };
      effects += 1;
      yield* manual.engine(request, signal);
    };
    let chat = chatHarness({ engine });
    await chat.prompt("Pay");
    await chat.platform.advance(100);
    for (let life = 0; life < 4; life++) {
      chat = chat.restart({ engine });
      await chat.runs();
      await chat.platform.advance(60_000);
    }
    expect(effects).toBe(1);
    expect(await chat.runs()).toEqual(["interrupted"]);
    expect((await chat.records(ChatToolCall))[0]?.payload.status).toBe("interrupted");
    expect((await chat.names()).filter((name) => name === "ChatRunInterrupted")).toHaveLength(1);
    await chat.hub.close();
  });

  it("F-R2 before the first word: the next answer is another message, and the dead run's stays without text", async () => {
    const before = harness();
    await before.prompt("One?");
    await before.platform.settle();
    const manual = manualEngine();
    await using chat = before.restart({ engine: manual.engine });
    await chat.prompt("Two?", { commandId: "two" });
    await chat.platform.settle();
    manual.call.say(...textDeltas("1", "answer to two"));
    manual.call.end();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["interrupted", "finished"]);
    const [, second] = await chat.records(ChatRun);
    const answers = (await chat.records(ChatMessage)).filter(({ payload }) => payload.role === "assistant");
    expect(answers.map(({ payload }) => [payload.content, payload.correlation?.runId])).toEqual([
      ["answer to two", second?.id],
    ]);
  });
});

describe("a run", () => {
  it("F-R12 L7: goes on when the last of those who watched it left", async () => {
    await using chat = harness();
    await chat.prompt("Hello?");
    await chat.platform.settle();
    const { leave } = await followSession(chat.hub);
    chat.manual.call.say(...textDeltas("1", "One "));
    await chat.platform.settle();
    leave();
    await chat.platform.advance(30_000);
    chat.manual.call.say(...textDeltas("1", "two"));
    chat.manual.call.end();
    await chat.platform.settle();
    expect((await chat.transcript()).at(-1)).toBe("assistant: One two (finished)");
  });

  it("F-R13 of 500 tokens a second makes at most 40 events a second, with every token", async () => {
    await using chat = harness();
    await chat.prompt("Count");
    await chat.platform.settle();
    for (let token = 0; token < 1_000; token++) {
      chat.manual.call.say(...textDeltas("1", `${token} `));
      await chat.platform.advance(2);
    }
    chat.manual.call.end();
    await chat.platform.settle();
    const patches = (await chat.log()).filter(({ name }) => name === "ChatTextPatch");
    // The first goes out at once.
    expect(patches.length).toBeLessThanOrEqual(1 + 2 * 40);
    const whole = Array.from({ length: 1_000 }, (_, token) => `${token} `).join("");
    expect((await chat.transcript()).at(-1)).toBe(`assistant: ${whole} (finished)`);
  });
});

describe("a storage that is down while a run goes on", () => {
  /** Rejects every commit with what a full or broken disk says, as long as it is told to. */
  function unreliable() {
    const disk: { error: Error | null } = { error: null };
    const wrap = wrapped((storage, commit) => {
      if (disk.error !== null) throw disk.error;
      return storage.commit(commit);
    });
    return { disk, wrap };
  }

  it("F-D9 ends the run when it is back, refuses meanwhile what it cannot keep, and asks no engine twice", async () => {
    const { disk, wrap } = unreliable();
    const manual = manualEngine();
    await using chat = chatHarness({ engine: manual.engine }, new Map(), manualPlatform(), wrap);
    await chat.prompt("Hello?");
    await chat.platform.settle();
    const watcher = await followSession(chat.hub);
    manual.call.say(...textDeltas("1", "Half"));
    await chat.platform.settle();
    const names = await chat.names();
    const shown = watcher.timeline();
    disk.error = Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" });
    manual.call.say(...textDeltas("1", " an answer"), { type: "text-end", id: "1" });
    const refused = chat.prompt("Two?", { commandId: "two" }).catch((error: unknown) => error);
    await chat.platform.advance(30_000);
    expect(await refused).toMatchObject({ code: "outcome_unknown", retryable: true });
    expect(await chat.names()).toEqual(names);
    expect(watcher.timeline()).toEqual(shown);
    expect(watcher.closed()).toBe(false);
    disk.error = null;
    await chat.platform.advance(30_000);
    expect(await chat.runs()).toEqual(["interrupted"]);
    expect(await chat.prompt("Two?", { commandId: "two" })).toMatchObject({ repeated: false });
    await chat.platform.settle();
    expect(manual.calls).toHaveLength(2);
    expect(watcher.closed()).toBe(false);
    expect(watcher.timeline()).not.toEqual(shown);
  });
});

/** A storage whose commits go another way. */
function wrapped(commit: (storage: MessageStorageAdapter, commit: SessionCommit) => Promise<CommitResult>) {
  return (storage: MessageStorageAdapter): MessageStorageAdapter => ({
    capabilities: storage.capabilities,
    load: (session) => storage.load(session),
    events: (session, query) => storage.events(session, query),
    command: (session, id) => storage.command(session, id),
    commit: async (asked) => commit(storage, asked),
    remove: (session) => storage.remove(session),
    close: () => storage.close(),
  });
}
