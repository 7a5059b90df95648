import { ToolResultEntitySchema, ToolResultReadySchema } from "@sessionstream/protocol/chat/v1";
import { describe, expect, it } from "vitest";
import { defineEvent, event } from "../../event/define-event.ts";
import { defineEntityKind } from "../../projection/define-entity-kind.ts";
import { on, put } from "../../projection/define-projection.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { ChatRunFinished, ChatRunStarted } from "../events.ts";
import { ChatMessage, ChatToolCall, ChatToolResult } from "../kinds.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { manualEngine, textDeltas } from "../testing/manual-engine.ts";
import { type ChatPlugin, defineChatPlugin } from "./chat-plugin.ts";
import { reasoningPlugin } from "./reasoning.ts";
import { toolCallPlugin } from "./tool-call.ts";

/** A plugin as an app would write it: a custom report becomes an event, the event an entity; runs are counted. */
const CardShown = defineEvent("CardShown", ToolResultReadySchema);
const Card = defineEntityKind("Card", ToolResultEntitySchema, { row: true, open: (card) => card.status === "open" });

function cards(overrides: Partial<ChatPlugin> = {}): ChatPlugin {
  return defineChatPlugin({
    name: "cards",
    version: 1,
    events: [CardShown],
    kinds: [Card],
    project: [
      on(CardShown, ({ payload }) => [
        put(Card, payload.toolCallId, { messageId: payload.messageId, result: payload.result, status: payload.status }),
      ]),
      on(ChatRunStarted, ({ payload }) => [put(Card, "runs", { result: payload.messageId })]),
    ],
    onRun: (run) => (reported) => {
      if (reported.type !== "custom" || reported.name !== "card") return undefined;
      const { messageId } = run;
      return [
        event(CardShown, { messageId, toolCallId: "card", result: String(reported.payload["title"]), status: "open" }),
      ];
    },
    settle: (_run, view, reason) =>
      view
        .listOpen(Card)
        .map(({ id, payload }) => event(CardShown, { toolCallId: id, result: payload.result, status: reason })),
    ...overrides,
  });
}

function harness(plugins: readonly ChatPlugin[]) {
  const manual = manualEngine();
  return Object.assign(chatHarness({ engine: manual.engine, plugins }), { manual });
}

const card: RuntimeEvent = { type: "custom", name: "card", payload: { title: "Hello" } };

describe("a plugin", () => {
  it("C28 makes events of runtime events, entities of events, and closes what it left open", async () => {
    await using chat = harness([cards()]);
    const { outcome } = await chat.prompt("Show a card");
    await chat.platform.settle();
    chat.manual.call.say(card);
    await chat.platform.settle();
    expect((await chat.records(Card)).map(({ id, payload, open }) => [id, payload.result, open])).toEqual([
      ["runs", outcome["messageId"], false],
      ["card", "Hello", true],
    ]);
    await chat.stop();
    await chat.platform.settle();
    expect((await chat.records(Card)).at(-1)?.payload.status).toBe("stopped");
    expect((await chat.names()).slice(-2)).toEqual(["CardShown", "ChatRunStopped"]);
  });

  it.each<[string, Partial<ChatPlugin>]>([
    [
      "its translation throws",
      {
        onRun: () => () => {
          throw new Error("plugin bug");
        },
      },
    ],
    [
      "its start throws",
      {
        onRun: () => {
          throw new Error("plugin bug");
        },
      },
    ],
    [
      "its projection throws",
      {
        project: [
          on(ChatRunFinished, () => {
            throw new Error("plugin bug");
          }),
        ],
      },
    ],
    [
      "its settling throws",
      {
        settle: () => {
          throw new Error("plugin bug");
        },
      },
    ],
  ])("C28 L12: harms nobody else when %s", async (_what, broken) => {
    await using chat = harness([cards(broken), toolCallPlugin()]);
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say(card, { type: "tool-call", toolCallId: "t", toolName: "look", input: {} });
    chat.manual.call.say(...textDeltas("1", "Hi!"));
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["finished"]);
    expect(await chat.transcript()).toContain("assistant: Hi! (finished)");
    expect(await chat.records(ChatToolCall)).toHaveLength(1);
    expect((await chat.hub.errors()).map(({ message }) => message)).toContain("plugin bug");
  });

  it("C28 shows what is never stored beside the log", async () => {
    const shown: unknown[] = [];
    const preview = cards({
      onRun: (run) => () => {
        run.ephemeral("preview", event(CardShown, { result: "soon" }).payload);
        shown.push(run.view().ordinal);
        return [];
      },
    });
    await using chat = harness([preview]);
    await chat.prompt("Hello?");
    await chat.platform.settle();
    chat.manual.call.say(card);
    await chat.platform.settle();
    expect(shown).toEqual([3n]);
    expect(await chat.names()).not.toContain("CardShown");
  });

  it("C29 shows reasoning only where its plugin is", async () => {
    for (const plugins of [[reasoningPlugin()], []]) {
      await using chat = harness(plugins);
      const { outcome } = await chat.prompt("Hello?");
      await chat.platform.settle();
      chat.manual.call.say({ type: "reasoning-delta", id: "r", text: "hm" }, { type: "reasoning-end", id: "r" });
      chat.manual.call.say(...textDeltas("1", "Hi!"));
      chat.manual.call.end();
      await chat.platform.settle();
      const ids = (await chat.records(ChatMessage)).map(({ id }) => id);
      expect(ids).toEqual([
        `${outcome["messageId"]}-user`,
        ...plugins.map(() => `${outcome["messageId"]}:thinking:1`),
        `${outcome["messageId"]}:text:1`,
      ]);
    }
  });

  it("C30 keeps the calls of two runs apart though the engine gives them one id", async () => {
    await using chat = harness([toolCallPlugin()]);
    for (const answer of ["first", "second"]) {
      await chat.prompt("Look");
      await chat.platform.settle();
      chat.manual.call.say({ type: "tool-call", toolCallId: "call_0", toolName: "look", input: {} });
      chat.manual.call.say({ type: "tool-result", toolCallId: "call_0", result: answer });
      chat.manual.call.end();
      await chat.platform.settle();
    }
    expect((await chat.records(ChatToolResult)).map(({ payload }) => payload.result)).toEqual(["first", "second"]);
    expect((await chat.records(ChatToolCall)).map(({ payload }) => payload.status)).toEqual(["completed", "completed"]);
  });

  it("C30 cuts arguments that are too long for an entity, however they come", async () => {
    await using chat = harness([toolCallPlugin()]);
    await chat.prompt("Look");
    await chat.platform.settle();
    for (let piece = 0; piece < 40; piece += 1) {
      chat.manual.call.say({ type: "tool-input-delta", toolCallId: "t", text: "x".repeat(7_000) });
    }
    chat.manual.call.say({ type: "tool-call", toolCallId: "t", toolName: "look", input: "x".repeat(280_000) });
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["finished"]);
    expect((await chat.records(ChatToolCall))[0]?.payload.input).toMatch(/268000 more characters/);
  });

  it("C30 cuts a result that is too long for an event, and says how much is missing", async () => {
    await using chat = harness([toolCallPlugin()]);
    await chat.prompt("Look");
    await chat.platform.settle();
    chat.manual.call.say({ type: "tool-result", toolCallId: "t", toolName: "look", result: "x".repeat(100_000) });
    chat.manual.call.end();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["finished"]);
    expect((await chat.records(ChatToolResult))[0]?.payload.result).toMatch(/88000 more characters/);
  });
});
