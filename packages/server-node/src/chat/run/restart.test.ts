import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { demoEngine } from "../../engines/demo/demo-engine.ts";
import { event } from "../../event/define-event.ts";
import { sqliteStorage } from "../../storage/sqlite/sqlite-storage.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { ChatRunAwaitingInput } from "../events.ts";
import { ChatMessage, ChatRun, ChatToolCall } from "../kinds.ts";
import { type ChatHarness, chatHarness, SESSION, USER } from "../testing/chat-harness.ts";
import { manualEngine, textDeltas } from "../testing/manual-engine.ts";

/** The process dies while a run is under way: its storage is all that is left. */
async function killed(...said: readonly RuntimeEvent[]): Promise<ChatHarness> {
  const manual = manualEngine();
  const chat = chatHarness({ engine: manual.engine });
  await chat.prompt("One?");
  await chat.platform.settle();
  manual.call.say(...said);
  await chat.platform.advance(100);
  return chat;
}

/** Loads the session and lets what that calls for happen. */
async function load(chat: ChatHarness): Promise<void> {
  await chat.runs();
  await chat.platform.settle();
}

describe("a restart", () => {
  const toolCall: RuntimeEvent = { type: "tool-call", toolCallId: "t1", toolName: "look", input: {} };

  it("C14 ends what was under way as interrupted, with everything it left open", async () => {
    const before = await killed(
      { type: "reasoning-delta", id: "r", text: "hm" },
      ...textDeltas("1", "Half an ", "answer"),
      toolCall,
      ...textDeltas("2", "and"),
    );
    await using chat = before.restart();
    await load(chat);
    expect(await chat.runs()).toEqual(["interrupted"]);
    expect((await chat.records(ChatRun))[0]?.payload).toMatchObject({ errorCode: "interrupted", retryable: true });
    expect((await chat.records(ChatToolCall))[0]?.payload.status).toBe("interrupted");
    expect((await chat.transcript()).slice(2)).toEqual([
      "assistant: Half an answer (finished)",
      "assistant: and (interrupted)",
    ]);
    const open = await Promise.all([chat.records(ChatMessage), chat.records(ChatToolCall), chat.records(ChatRun)]);
    expect(open.flat().filter((record) => record.open)).toEqual([]);
  });

  it("C14 ends it once: a second restart changes nothing, and the next prompt is answered", async () => {
    const before = await killed(...textDeltas("1", "Half"));
    const first = before.restart();
    await load(first);
    const names = await first.names();
    const manual = manualEngine();
    await using chat = first.restart({ engine: manual.engine });
    await load(chat);
    expect(await chat.names()).toEqual(names);
    await chat.prompt("Two?", { commandId: "two" });
    await chat.platform.settle();
    expect(manual.call.request.prompt).toBe("Two?");
  });

  it("C14 starts what had only been queued", async () => {
    const before = await killed();
    await before.prompt("Two?");
    const manual = manualEngine();
    await using chat = before.restart({ engine: manual.engine });
    await load(chat);
    expect(await chat.runs()).toEqual(["interrupted", "running"]);
    expect(manual.call.request.prompt).toBe("Two?");
  });

  it("C12 C14 ends as stopped what had been asked to stop", async () => {
    const manual = manualEngine();
    const before = chatHarness({ engine: manual.engine });
    await before.prompt("One?");
    await before.platform.settle();
    let disk = before.contents;
    // The process dies between the stop's commit and the end of the run.
    manual.call.signal.addEventListener("abort", () => {
      disk = structuredClone(before.contents);
    });
    await before.stop();
    await using chat = before.restart({ engine: manual.engine }, disk);
    expect((await chat.names()).at(-1)).toBe("ChatRunStopRequested");
    await load(chat);
    expect(await chat.runs()).toEqual(["stopped"]);
  });

  it("C14 leaves a run alone that waits for a person, and stops it when asked to", async () => {
    const before = await killed();
    const run = (await before.records(ChatRun))[0]?.payload;
    const ref = { messageId: run?.messageId ?? "", correlation: { runId: run?.runId ?? "" } };
    await before.publish(event(ChatRunAwaitingInput, ref));
    await using chat = before.restart();
    await load(chat);
    expect(await chat.runs()).toEqual(["awaiting-input"]);
    await chat.stop();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["stopped"]);
  });

  it("C14 ends as interrupted, before the process leaves, what a closing hub takes from its engine", async () => {
    const manual = manualEngine();
    const before = chatHarness({ engine: manual.engine });
    await before.prompt("One?");
    await before.platform.settle();
    manual.call.say(...textDeltas("1", "Half ", "an"));
    await before.platform.settle();
    await before.hub.close();
    expect(manual.call.signal.aborted).toBe(true);
    await using chat = before.restart();
    expect(await chat.runs()).toEqual(["interrupted"]);
    expect((await chat.transcript())[1]).toBe("assistant: Half an (interrupted)");
  });

  it("C54 shows the same session as before", async () => {
    const manual = manualEngine();
    const before = chatHarness({ engine: manual.engine });
    await before.prompt("Hello?");
    await before.platform.settle();
    manual.call.say({ type: "reasoning-delta", id: "r", text: "hm" }, toolCall, ...textDeltas("1", "a", "b", "c"));
    manual.call.end();
    await before.platform.settle();
    const target = { principal: USER, session: SESSION };
    const shown = await before.service.snapshot(target);
    await using chat = before.restart();
    expect(await chat.service.snapshot(target)).toEqual(shown);
  });

  it("C54 shows the same session from a SQLite file as before", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chat-restart-"));
    const engine = demoEngine({ speed: Number.POSITIVE_INFINITY });
    const onFile = () =>
      chatHarness({ engine }, new Map(), manualPlatform(), () => sqliteStorage({ path: join(folder, "chat.db") }));
    const before = onFile();
    await before.prompt("think, show a tool, then a table");
    await before.service.waitIdle({ principal: USER, session: SESSION });
    const shown = await before.service.snapshot({ principal: USER, session: SESSION });
    await before.hub.close();
    await using chat = onFile();
    expect(await chat.service.snapshot({ principal: USER, session: SESSION })).toEqual(shown);
    expect(await chat.runs()).toEqual(["finished"]);
    await rm(folder, { recursive: true, force: true });
  });
});
