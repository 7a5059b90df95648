import { describe, expect, it } from "vitest";
import { demoEngine } from "../engines/demo/demo-engine.ts";
import type { ChatOptions } from "./chat.ts";
import { ChatMessage, ChatRun, ChatSession, ChatToolCall, ChatToolResult } from "./kinds.ts";
import { AgentMode, agentModePlugin } from "./plugins/agent-mode.ts";
import { ChatWidgetInstance, widgetsPlugin } from "./plugins/widgets.ts";
import { chatHarness, SESSION, USER } from "./testing/chat-harness.ts";

async function demo(prompt: string, options: Pick<ChatOptions, "plugins"> = {}) {
  const chat = chatHarness({ engine: demoEngine({ speed: Number.POSITIVE_INFINITY }), ...options });
  await chat.service.createSession({ principal: USER, session: SESSION, profile: "demo" });
  const { outcome } = await chat.prompt(prompt);
  await chat.platform.settle();
  return Object.assign(chat, { runId: String(outcome["runId"]) });
}

describe("the demo's log", () => {
  it("C01 C41 has these events, in this order", async () => {
    await using chat = await demo("think, then show a tool");
    const log = (await chat.log()).map(({ ordinal, name }) => `${ordinal} ${name}`);
    expect(log).toMatchInlineSnapshot(`
      [
        "1 ChatSessionCreated",
        "2 ChatUserMessageAccepted",
        "3 ChatRunQueued",
        "4 ChatRunStarted",
        "5 ChatProviderCallStarted",
        "6 ChatReasoningSegmentStarted",
        "7 ChatReasoningPatch",
        "8 ChatReasoningPatch",
        "9 ChatReasoningSegmentFinished",
        "10 ChatTextSegmentStarted",
        "11 ChatTextPatch",
        "12 ChatTextPatch",
        "13 ChatTextSegmentFinished",
        "14 ChatToolCallStarted",
        "15 ChatToolArgumentsPatch",
        "16 ChatToolArgumentsPatch",
        "17 ChatToolCallRequested",
        "18 ChatToolExecutionStarted",
        "19 ChatToolResultReady",
        "20 ChatToolCallFinished",
        "21 ChatTextSegmentStarted",
        "22 ChatTextPatch",
        "23 ChatTextPatch",
        "24 ChatTextSegmentFinished",
        "25 ChatProviderCallFinished",
        "26 ChatRunFinished",
      ]
    `);
  });

  it("C41 shows every kind of entity, each with an id that tells whose it is", async () => {
    await using chat = await demo("think, show a tool and warn me, then fail");
    const ids = async (kind: Parameters<typeof chat.records>[0]) =>
      (await chat.records(kind)).map(({ id }) => id.replaceAll(chat.runId, "RUN"));
    expect({
      session: await ids(ChatSession),
      runs: await ids(ChatRun),
      messages: await ids(ChatMessage),
      calls: await ids(ChatToolCall),
      results: await ids(ChatToolResult),
    }).toMatchInlineSnapshot(`
      {
        "calls": [
          "look-up-RUN",
        ],
        "messages": [
          "chat-msg-RUN-user",
          "chat-msg-RUN:thinking:1",
          "chat-msg-RUN:warning",
          "chat-msg-RUN:text:1",
          "chat-msg-RUN:text:2",
          "chat-msg-RUN",
        ],
        "results": [
          "look-up-RUN:result",
        ],
        "runs": [
          "RUN",
        ],
        "session": [
          "session",
        ],
      }
    `);
  });

  it("C31 C32 C41 changes the mode and fills a widget where a chat has their plugins", async () => {
    const plugins = [agentModePlugin(), widgetsPlugin()];
    await using chat = await demo("a widget, in another agent mode", { plugins });
    expect((await chat.records(AgentMode)).map(({ payload }) => [payload.from, payload.to])).toEqual([
      ["conversation", "look-up"],
    ]);
    const [widget] = await chat.records(ChatWidgetInstance);
    expect(widget).toMatchObject({
      open: false,
      payload: { widgetName: "stock-list", props: { items: { length: 3 } } },
    });
  });

  it("C41 is the same every time, ids and times included", async () => {
    await using one = await demo("show a table and code");
    await using two = await demo("show a table and code");
    expect(await one.log()).toEqual(await two.log());
  });

  it("C24 sends canonical events whose later patches carry nothing but their text", async () => {
    await using chat = await demo("be long");
    const patches = (await chat.log())
      .filter(({ name }) => name === "ChatTextPatch")
      .map(({ payload }) => JSON.parse(payload));
    const said = patches
      .slice(1)
      .map((patch) => Object.entries(patch).filter(([, field]) => field !== "" && field !== false));
    for (const fields of said) {
      expect(fields.map(([name]) => name).sort()).toEqual(
        ["@type", "messageId", "mode", "offset", "sequence", "streamId", "text"].sort(),
      );
    }
    expect(patches.map(({ text }) => text).join("")).toBe((await chat.records(ChatMessage))[1]?.payload.content);
  });
});
