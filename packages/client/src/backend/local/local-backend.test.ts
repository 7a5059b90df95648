import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { assistantMessage, userMessage } from "../../testing/chat-changes.ts";
import { createManualPlatform } from "../../testing/manual-platform.ts";
import { describeBackendConformance } from "../../testing/vitest.ts";
import { createLocalBackend } from "./create-local-backend.ts";
import { createLocalLog } from "./local-log.ts";
import type { LocalRequest } from "./local-runs.ts";

async function* answer({ prompt, signal }: LocalRequest): AsyncGenerator<string> {
  yield "You said ";
  if (prompt !== "endless") yield prompt;
  else await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

describeBackendConformance("createLocalBackend", async () => {
  const backend = createLocalBackend({ respond: answer });
  return { backend, shortPrompt: "hello", endlessPrompt: "endless", close: async () => backend.close() };
});

describe("the local log", () => {
  const log = () => createLocalLog({ epoch: "e", now: () => 0 });

  it("H25 an unchanged write is no change, but an event", () => {
    const one = log();
    one.commit([userMessage({ id: "a", text: "hi" })]);
    expect(one.commit([userMessage({ id: "a", text: "hi" })])).toMatchObject({ ordinal: 2n, changes: [] });
    expect(one.get("ChatMessage", "a")?.lastEventOrdinal).toBe(1n);
  });

  it("stores nothing of a commit that does not fit", () => {
    const one = log();
    const misfit = { type: "patch", kind: "ChatMessage", id: "none", append: { content: "x" } } as const;
    expect(() => one.commit([userMessage({ id: "a" }), misfit])).toThrow(SessionStreamError);
    expect(() => one.commit([userMessage({ id: "a" }), userMessage({ id: "a" })])).toThrow("changes an entity once");
    expect([one.entities(), one.cursor().ordinal]).toEqual([[], 0n]);
  });

  it("puts what opens again: a reader with a higher floor holds no base for a patch", () => {
    const one = log();
    one.commit([assistantMessage({ id: "a", text: "x" })]);
    const { changes } = one.commit([
      { type: "patch", kind: "ChatMessage", id: "a", append: { content: "y" }, open: true },
    ]);
    expect(changes).toMatchObject([{ type: "put", entity: { open: true, payload: { content: "xy" } } }]);
  });
});

describe("runs without a server", () => {
  const session = sessionId("s");
  const signal = new AbortController().signal;

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  }

  async function prompts(...policies: readonly string[]) {
    const backend = createLocalBackend({ platform: createManualPlatform(), respond: answer });
    for (const [index, busyPolicy] of policies.entries()) {
      const payload = { prompt: index === 0 ? "endless" : `prompt ${index}`, busyPolicy };
      await backend.submit({ session, name: "ChatStartInference", commandId: `c${index}`, payload }, signal);
      await settle();
    }
    const runs = backend
      .session(session)
      .log()
      .entities()
      .filter(({ kind }) => kind === "ChatRun");
    return runs.map(({ payload }) => String(payload["status"]).replace("CHAT_RUN_STATUS_", ""));
  }

  it("C12 a prompt waits for the one before it, replaces it, or is refused", async () => {
    expect(await prompts("", "")).toEqual(["RUNNING", "QUEUED"]);
    expect(await prompts("", "CHAT_BUSY_POLICY_REPLACE")).toEqual(["STOPPED", "FINISHED"]);
    await expect(prompts("", "CHAT_BUSY_POLICY_REJECT")).rejects.toMatchObject({ code: "run_busy" });
  });

  it("a response that throws ends its run as failed, with what was said", async () => {
    const backend = createLocalBackend({
      platform: createManualPlatform(),
      async *respond() {
        yield "so far";
        throw new SessionStreamError("engine_failed", "no model");
      },
    });
    await backend.submit({ session, name: "ChatStartInference", commandId: "c", payload: { prompt: "x" } }, signal);
    await settle();
    expect(backend.session(session).log().entities()).toMatchObject([
      { kind: "ChatMessage", payload: { role: "user" } },
      { kind: "ChatRun", open: false, payload: { status: "CHAT_RUN_STATUS_FAILED", error: "no model" } },
      { kind: "ChatMessage", open: false, payload: { content: "so far", status: "error" } },
    ]);
  });
});
