import { describe, expect, it } from "vitest";
import { demoEngine } from "../engines/demo/demo-engine.ts";
import { chatHarness, SESSION, USER } from "./testing/chat-harness.ts";
import { manualEngine, textDeltas } from "./testing/manual-engine.ts";

const target = { principal: USER, session: SESSION };

describe("a chat without transport", () => {
  it("C52 C53 submits, waits until all is answered, and shows it", async () => {
    await using chat = chatHarness({ engine: demoEngine({ speed: Number.POSITIVE_INFINITY }) });
    await chat.service.submitPrompt({ ...target, prompt: "Hello" });
    await chat.service.submitPrompt({ ...target, prompt: "a table, please" });
    await chat.service.waitIdle(target);
    const snapshot = await chat.service.snapshot(target);
    expect(snapshot?.status).toMatchObject({ phase: "finished", busy: false });
    expect(await chat.runs()).toEqual(["finished", "finished"]);
    expect((await chat.transcript()).filter((row) => row.startsWith("user:"))).toHaveLength(2);
  });

  it("C52 stops, and is idle then", async () => {
    const manual = manualEngine();
    await using chat = chatHarness({ engine: manual.engine });
    await chat.prompt("Hello");
    await chat.platform.settle();
    manual.call.say(...textDeltas("1", "Hm"));
    const idle = chat.service.waitIdle(target);
    await chat.service.stop(target);
    await idle;
    expect((await chat.service.snapshot(target))?.status.phase).toBe("stopped");
  });

  it("C52 is idle before anything was said, and unknown sessions stay unknown", async () => {
    await using chat = chatHarness({ engine: manualEngine().engine });
    await chat.service.waitIdle(target);
    expect(await chat.service.snapshot(target)).toBeNull();
  });

  it("C52 stops waiting when told to", async () => {
    await using chat = chatHarness({ engine: manualEngine().engine });
    await chat.prompt("Hello");
    const giveUp = new AbortController();
    const waiting = chat.service.waitIdle({ ...target, signal: giveUp.signal });
    await chat.platform.settle();
    giveUp.abort();
    await expect(waiting).rejects.toMatchObject({ code: "aborted" });
    expect(chat.hub.stats().subscribers).toBe(0);
  });

  it("C44 creates a session once and keeps its profile", async () => {
    const manual = manualEngine();
    await using chat = chatHarness({ engine: manual.engine });
    await chat.service.createSession({ ...target, profile: "support" });
    const again = await chat.service.createSession({ ...target, profile: "sales" });
    expect(again.outcome).toEqual({ profile: "support" });
    await chat.prompt("Hello");
    await chat.platform.settle();
    expect(manual.call.request.profile).toBe("support");
  });
});
