import { ChatApprovalStatus } from "@sessionstream/protocol/chat/v1";
import { describe, expect, it } from "vitest";
import { event } from "../../event/define-event.ts";
import { chat } from "../chat.ts";
import { ChatToolCall } from "../kinds.ts";
import { answer, approvalsIn, askingChat, CALL, question } from "../testing/asking-chat.ts";
import { chatHarness } from "../testing/chat-harness.ts";
import { manualEngine } from "../testing/manual-engine.ts";
import { approvalPlugin } from "./approval.ts";
import { ChatApprovalSettled } from "./approval-entity.ts";

it("C39 a chat whose calls nobody keeps cannot ask about them, and says so at once", () => {
  const { engine } = manualEngine();
  expect(() => chat({ engine, plugins: [approvalPlugin()] })).toThrow(/approval needs .* ChatToolExecutionStarted/);
});

it("F-R6 of two decisions in a log, whoever wrote them, the first one counts", async () => {
  await using asking = await askingChat();
  const { chat } = asking;
  const [asked] = await approvalsIn(chat);
  const { approvalId = "", messageId = "" } = asked ?? {};
  const said = { approvalId, messageId, status: ChatApprovalStatus.DENIED, decidedBy: "ada" };
  const again = { ...said, status: ChatApprovalStatus.APPROVED, decidedBy: "grace" };
  await chat.publish(event(ChatApprovalSettled, said), event(ChatApprovalSettled, again));
  expect(await approvalsIn(chat)).toMatchObject([{ status: ChatApprovalStatus.DENIED, decidedBy: "ada" }]);
});

describe("an engine that asks in an odd way", () => {
  it("C39 under an id that looks like one of ours is answered under that id", async () => {
    const engine = manualEngine();
    await using chat = chatHarness({ engine: engine.engine, rootMessageId: (runId) => runId });
    await chat.prompt("Delete it");
    await chat.platform.settle();
    const toolCallId = `${engine.call.request.runId}:1`;
    engine.call.say(...question({ ...CALL, toolCallId }));
    engine.call.end();
    await chat.platform.advance(100);
    await answer(chat, "approve");
    expect(engine.call.request.resumed?.answers).toMatchObject([{ toolCallId }]);
    engine.call.say({ type: "tool-result", toolCallId, result: "gone" });
    engine.call.end();
    await chat.platform.advance(100);
    expect((await chat.records(ChatToolCall)).map(({ payload }) => payload.status)).toEqual(["completed"]);
  });

  it("C39 without having made the call first has made it, with the arguments that are shown, and once", async () => {
    const engine = manualEngine();
    await using chat = chatHarness({ engine: engine.engine });
    await chat.prompt("Delete it");
    await chat.platform.settle();
    engine.call.say({ type: "tool-approval-request", ...CALL }, ...question({ ...CALL, toolCallId: "t2" }));
    engine.call.end();
    await chat.platform.advance(100);
    const calls = (await chat.records(ChatToolCall)).map(({ payload: { status, input } }) => `${status} ${input}`);
    expect(calls).toEqual(Array(2).fill('requested {"path":"a.txt"}'));
    expect((await chat.names()).filter((name) => name === "ChatToolCallRequested")).toHaveLength(2);
  });

  it("X29 with arguments nested too deep to be walked is asked about all the same", async () => {
    const engine = manualEngine();
    await using chat = chatHarness({ engine: engine.engine });
    await chat.prompt("Delete it");
    await chat.platform.settle();
    const call = { ...CALL, input: `${"[".repeat(6_000)}${"]".repeat(6_000)}` };
    engine.call.say({ type: "tool-call", ...call }, { type: "tool-approval-request", ...call });
    engine.call.end();
    await chat.platform.advance(100);
    expect((await approvalsIn(chat)).map(({ status }) => status)).toEqual([ChatApprovalStatus.PENDING]);
    await answer(chat, "approve");
    expect(engine.call.request.resumed?.answers).toMatchObject([{ input: call.input, decision: "approved" }]);
  });

  it("L12 about a call it has asked about before is reported, and nobody is asked", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    await answer(chat, "approve");
    engine.call.say({ type: "tool-result", toolCallId: CALL.toolCallId, result: "gone" });
    engine.call.say(...question({ ...CALL, input: { path: "b.txt" } }));
    engine.call.end();
    await chat.platform.advance(100);
    expect((await approvalsIn(chat)).map(({ input }) => input)).toEqual(['{"path":"a.txt"}']);
    const [reported] = await chat.hub.errors();
    expect(reported?.message).toContain("asked about before");
  });

  it("X29 again and again with arguments too long to be shown is told so once more, and then its run ends", async () => {
    const engine = manualEngine();
    await using chat = chatHarness({ engine: engine.engine });
    await chat.prompt("Write it");
    await chat.platform.settle();
    for (let part = 1; part <= 3; part += 1) {
      const long = { path: "x".repeat(20_000) };
      engine.call.say(...question({ ...CALL, toolCallId: `t${part}`, input: long }));
      engine.call.end();
      await chat.platform.advance(100);
    }
    expect(engine.calls).toHaveLength(2);
    expect(await chat.runs()).toEqual(["finished"]);
    expect(await chat.names()).not.toContain("ChatToolExecutionStarted");
  });
});
