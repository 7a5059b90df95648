import { describe, expect, it } from "vitest";
import type { EngineMessage, EngineRequest } from "../../chat/engine/engine.ts";
import type { RuntimeEvent } from "../../chat/engine/runtime-event.ts";
import { demoEngine } from "./demo-engine.ts";
import { words } from "./pace.ts";

function request(prompt: string, history: readonly EngineMessage[] = [], slept: number[] = []): EngineRequest {
  return {
    session: { tenant: "t", session: "s" },
    runId: "run",
    prompt,
    attachments: [],
    history,
    resumed: null,
    profile: "",
    now: () => 0,
    sleep: async (ms) => {
      slept.push(ms);
    },
  };
}

async function answer(prompt: string, history?: readonly EngineMessage[]): Promise<RuntimeEvent[]> {
  const engine = demoEngine({ speed: Number.POSITIVE_INFINITY });
  const events: RuntimeEvent[] = [];
  for await (const event of engine(request(prompt, history), new AbortController().signal)) events.push(event);
  return events;
}

function textOf(events: readonly RuntimeEvent[], type: "text-delta" | "reasoning-delta"): string {
  return events.map((event) => (event.type === type ? event.text : "")).join("");
}

async function paces(prompt: string, speed: number): Promise<number[]> {
  const slept: number[] = [];
  const engine = demoEngine({ speed });
  for await (const _ of engine(request(prompt, [], slept), new AbortController().signal));
  return slept;
}

describe("the demo engine", () => {
  it("C41 gives the same prompt the same events at the same pace", async () => {
    const prompt = "think, show a tool and a card, then a table";
    expect(await answer(prompt)).toEqual(await answer(prompt));
    expect(await paces(prompt, 1)).toEqual(await paces(prompt, 1));
  });

  it.each<[string, string]>([
    ["please think", "reasoning-delta"],
    ["show a tool", "tool-result"],
    ["show me how a tool fails", "tool-error"],
    ["a card, please", "custom"],
    ["change the agent mode", "custom"],
    ["a widget, please", "custom"],
    ["warn me", "warning"],
    ["anything", "text-delta"],
  ])("C41 shows for %j a %s", async (prompt, type) => {
    expect((await answer(prompt)).map((event) => event.type)).toContain(type);
  });

  it("C41 tells whoever asks for nothing special what there is to ask for", async () => {
    const said = textOf(await answer("hello"), "text-delta");
    for (const word of [
      "think",
      "tool",
      "card",
      "widget",
      "agent mode",
      "delete",
      "table",
      "code",
      "markdown",
      "long",
      "slow",
      "warn",
      "fail",
    ]) {
      expect(said).toContain(word);
    }
  });

  it("C41 fails in the middle of an answer when asked to", async () => {
    const seen: RuntimeEvent[] = [];
    const engine = demoEngine({ speed: Number.POSITIVE_INFINITY });
    const run = async () => {
      for await (const event of engine(request("fail"), new AbortController().signal)) seen.push(event);
    };
    await expect(run()).rejects.toMatchObject({ code: "engine_failed" });
    expect(textOf(seen, "text-delta")).not.toBe("");
  });

  it.each(["approved", "denied", "expired"] as const)(
    "C39 C41 asks before it deletes, and goes on when %s",
    async (said) => {
      const asked = await answer("delete the file");
      expect(asked.at(-3)?.type).toBe("tool-approval-request");
      const call = { toolCallId: "delete-run", toolName: "delete_file", input: "{}" };
      const answers = [said === "approved" ? { ...call, decision: said } : { ...call, decision: said, error: "no" }];
      const events: RuntimeEvent[] = [];
      const engine = demoEngine({ speed: Number.POSITIVE_INFINITY });
      const resumed = { ...request("delete the file"), resumed: { parts: [], answers } };
      for await (const event of engine(resumed, new AbortController().signal)) events.push(event);
      expect(events.some(({ type }) => type === "tool-result")).toBe(said === "approved");
      expect(textOf(events, "text-delta")).not.toBe("");
    },
  );

  it("C41 types at the asked pace, slower for who asks for it", async () => {
    const sum = (pauses: readonly number[]) => pauses.reduce((a, b) => a + b, 0);
    const normal = sum(await paces("a table", 1));
    expect(sum(await paces("a table", 2))).toBeCloseTo(normal / 2);
    expect(sum(await paces("slow, a table", 1))).toBeGreaterThan(normal * 3);
  });

  it("C21 C41 knows what was said before", async () => {
    const history: EngineMessage[] = [{ role: "user", text: "I like tea", attachments: [] }];
    expect(textOf(await answer("what did I say before?", history), "text-delta")).toContain("I like tea");
  });

  it("cuts text into words that are the text again", () => {
    const text = "One  two\n\nthree \n";
    expect(words(text).join("")).toBe(text);
  });
});
