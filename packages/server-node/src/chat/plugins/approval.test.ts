import { ChatApprovalStatus } from "@sessionstream/protocol/chat/v1";
import { describe, expect, it } from "vitest";
import { ChatRun, ChatToolCall, ChatToolResult } from "../kinds.ts";
import { answer, approvalsIn, askingChat, CALL, question } from "../testing/asking-chat.ts";
import { type ChatHarness, chatHarness, SESSION, USER } from "../testing/chat-harness.ts";
import { manualEngine, textDeltas } from "../testing/manual-engine.ts";
import { approvalPlugin } from "./approval.ts";
import { approvalDigest } from "./approval-digest.ts";
import { ChatApproval } from "./approval-entity.ts";
import { toolCallPlugin } from "./tool-call.ts";

const { PENDING, APPROVED, DENIED, EXPIRED, CANCELLED } = ChatApprovalStatus;
const MINUTE = 60_000;

async function statusOf(chat: ChatHarness): Promise<ChatApprovalStatus | undefined> {
  return (await approvalsIn(chat))[0]?.status;
}

async function callOf(chat: ChatHarness) {
  return (await chat.records(ChatToolCall))[0]?.payload;
}

async function restarted(before: ChatHarness) {
  const engine = manualEngine();
  const chat = before.restart({ engine: engine.engine });
  await chat.runs();
  await chat.platform.settle();
  return { chat, engine };
}

describe("a call that people have to allow", () => {
  it("C39 makes its run wait, and is shown with all its arguments until it is decided and after", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    expect(await chat.runs()).toEqual(["awaiting-input"]);
    expect(chat.hub.stats().effects).toBe(0);
    const [record] = await chat.records(ChatApproval);
    expect(record?.open).toBe(true);
    expect(record?.payload).toMatchObject({ status: PENDING, toolName: "delete_file", input: '{"path":"a.txt"}' });
    expect(record?.payload.expiresAt).toBeGreaterThan(chat.platform.now() + 14 * MINUTE);
    expect(await callOf(chat)).toMatchObject({ status: "requested", executing: false });
    await answer(chat, "approve");
    engine.call.end();
    await chat.platform.settle();
    const [after] = await chat.records(ChatApproval);
    expect(after).toMatchObject({ open: false, payload: { status: APPROVED, decidedBy: USER.id, closed: true } });
  });

  it("C39 F-R9 is claimed in the log before the engine is called to execute it", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    const before = (await chat.names()).length;
    await answer(chat, "approve");
    expect((await chat.names()).slice(before)).toEqual([
      "ChatApprovalSettled",
      "ChatRunResumed",
      "ChatToolExecutionStarted",
    ]);
    expect(await callOf(chat)).toMatchObject({ status: "running", executing: true });
    expect(engine.calls).toHaveLength(2);
    expect(engine.call.request.resumed).toEqual({
      parts: [{ type: "text", text: "I would delete it." }],
      answers: [{ toolCallId: "t1", toolName: "delete_file", input: '{"path":"a.txt"}', decision: "approved" }],
    });
    engine.call.say({ type: "tool-result", toolCallId: "t1", result: { deleted: 1 } }, ...textDeltas("1", "Done."));
    engine.call.end();
    await chat.platform.advance(100);
    expect(await chat.runs()).toEqual(["finished"]);
    expect(await callOf(chat)).toMatchObject({ status: "completed", toolCallId: "t1" });
    expect(await chat.records(ChatToolCall)).toHaveLength(1);
    expect((await chat.transcript()).slice(1)).toEqual([
      "assistant: I would delete it. (finished)",
      "assistant: Done. (finished)",
    ]);
  });

  it("C39 fails when it is denied, with the reason, for people and for the engine", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    await answer(chat, "deny", { reason: "it is the last copy" });
    const error = "A person refused this call: it is the last copy";
    expect(await callOf(chat)).toMatchObject({ status: "denied", error });
    expect((await chat.records(ChatToolResult))[0]?.payload).toMatchObject({ status: "denied", error });
    expect(await chat.names()).not.toContain("ChatToolExecutionStarted");
    expect(engine.call.request.resumed?.answers).toMatchObject([{ toolCallId: "t1", decision: "denied", error }]);
  });

  it("C39 among others: the run goes on when all are answered, and the engine is told of all", async () => {
    const other = { ...CALL, toolCallId: "t2", input: { path: "b.txt" } };
    await using asking = await askingChat({}, CALL, other);
    const { chat, engine } = asking;
    await answer(chat, "deny", { at: 1 });
    await chat.platform.advance(MINUTE);
    expect(await chat.runs()).toEqual(["awaiting-input"]);
    expect(engine.calls).toHaveLength(1);
    await answer(chat, "approve");
    expect(engine.call.request.resumed?.answers.map(({ decision }) => decision)).toEqual(["approved", "denied"]);
    expect((await chat.names()).filter((name) => name === "ChatToolExecutionStarted")).toHaveLength(1);
  });

  it("C39 that is answered while the engine still speaks is not forgotten, and its run can be stopped", async () => {
    const engine = manualEngine();
    await using chat = chatHarness({ engine: engine.engine });
    await chat.prompt("Delete it");
    await chat.platform.settle();
    engine.call.say(...question(CALL));
    await chat.platform.advance(100);
    await answer(chat, "approve");
    expect(engine.calls).toHaveLength(1);
    engine.call.end();
    await chat.platform.settle();
    expect(engine.calls).toHaveLength(2);
    expect(engine.call.request.resumed?.answers).toHaveLength(1);
    await chat.stop();
    await chat.platform.settle();
    expect(engine.call.signal.aborted).toBe(true);
    expect(await chat.runs()).toEqual(["stopped"]);
  });

  it("C39 that is answered in the very moment the engine ends is not forgotten either", async () => {
    for (let turns = 0; turns < 40; turns += 1) {
      const engine = manualEngine();
      await using chat = chatHarness({ engine: engine.engine });
      await chat.prompt("Delete it");
      await chat.platform.settle();
      engine.call.say(...question(CALL));
      await chat.platform.advance(100);
      const { approvalId = "", digest = "" } = (await approvalsIn(chat))[0] ?? {};
      engine.call.end();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const answered = { principal: USER, session: SESSION, approvalId, digest, decision: "approve" } as const;
      await chat.service.answerApproval(answered);
      await chat.platform.settle();
      expect(engine.calls).toHaveLength(2);
    }
  });

  it("C39 may follow another one in the same run", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    await answer(chat, "approve");
    engine.call.say({ type: "tool-result", toolCallId: "t1", result: "gone" });
    engine.call.say(...question({ ...CALL, toolCallId: "t2" }));
    engine.call.end();
    await chat.platform.advance(100);
    expect(await chat.runs()).toEqual(["awaiting-input"]);
    await answer(chat, "deny", { at: 1 });
    expect(engine.calls).toHaveLength(3);
    const { parts, answers } = engine.call.request.resumed ?? {};
    expect(parts?.map((part) => part.type)).toEqual(["text", "tool-call"]);
    expect(answers?.map(({ toolCallId }) => toolCallId)).toEqual(["t2"]);
    expect((await chat.records(ChatRun))[0]?.payload.waits).toBe(2);
  });

  it("C39 is told from a call of the same id in an earlier run", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    await answer(chat, "approve");
    engine.call.say({ type: "tool-result", toolCallId: "t1", result: "gone" });
    engine.call.end();
    await chat.platform.advance(100);
    await chat.prompt("And again");
    await chat.platform.settle();
    engine.call.say(...question(CALL));
    engine.call.end();
    await chat.platform.advance(100);
    expect((await approvalsIn(chat)).map(({ status }) => status)).toEqual([APPROVED, PENDING]);
    await answer(chat, "approve", { at: 1 });
    expect(engine.call.request.resumed?.answers[0]?.toolCallId).toBe("t1");
    engine.call.say({ type: "tool-result", toolCallId: "t1", result: "gone again" });
    engine.call.end();
    await chat.platform.advance(100);
    const calls = (await chat.records(ChatToolCall)).map(({ payload }) => payload.status);
    expect(calls).toEqual(["completed", "completed"]);
  });

  it("X29 with arguments too long to be shown is never asked about, and never executed", async () => {
    await using asking = await askingChat({}, { ...CALL, input: { path: "x".repeat(20_000) } });
    const { chat, engine } = asking;
    expect(await statusOf(chat)).toBe(DENIED);
    expect((await approvalsIn(chat))[0]?.input).toContain("more characters)");
    expect(engine.call.request.resumed?.answers).toMatchObject([{ decision: "denied", error: /too long/ }]);
  });
});

describe("an answer", () => {
  it("F-R6 counts once: the second is told what was decided and by whom", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    const digest = (await approvalsIn(chat))[0]?.digest ?? "";
    await answer(chat, "deny");
    const late = answer(chat, "approve", { principal: { id: "grace", tenant: USER.tenant }, digest });
    await expect(late).rejects.toMatchObject({ code: "already_answered", reason: "denied", retryable: false });
    await expect(late).rejects.toThrow(/denied already by ada/);
    expect(await statusOf(chat)).toBe(DENIED);
    expect(engine.calls).toHaveLength(2);
  });

  it("F-R6 that is sent again gets its first outcome, whatever has happened since", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    const first = await answer(chat, "approve", { commandId: "mine" });
    engine.call.end();
    await chat.platform.settle();
    const again = await answer(chat, "approve", { commandId: "mine" });
    expect(again.outcome).toEqual(first.outcome);
    expect(first.outcome).toEqual({ approvalId: "t1:approval", status: "approved" });
    expect(engine.calls).toHaveLength(2);
  });

  const KEY = { tenant: USER.tenant, session: SESSION };
  const SHOWN = { toolCallId: "t1", toolName: "delete_file", input: '{"path":"a.txt"}' };
  it("F-R7 for the same call, however its arguments are written, is an answer", async () => {
    await using asking = await askingChat();
    await answer(asking.chat, "approve", { digest: approvalDigest(KEY, { ...SHOWN, input: '{ "path" : "a.txt" }' }) });
    expect(await statusOf(asking.chat)).toBe(APPROVED);
  });

  it.each<[string, string]>([
    ["tenant", approvalDigest({ ...KEY, tenant: "other" }, SHOWN)],
    ["session", approvalDigest({ ...KEY, session: "s2" }, SHOWN)],
    ["call", approvalDigest(KEY, { ...SHOWN, toolCallId: "t2" })],
    ["tool", approvalDigest(KEY, { ...SHOWN, toolName: "delete_folder" })],
    ["argument", approvalDigest(KEY, { ...SHOWN, input: '{"path":"b.txt"}' })],
    ["argument that looks alike", approvalDigest(KEY, { ...SHOWN, input: JSON.stringify(SHOWN.input) })],
    ["nothing", ""],
  ])("F-R7 for another %s is none", async (_, digest) => {
    await using asking = await askingChat();
    await expect(answer(asking.chat, "approve", { digest })).rejects.toMatchObject({ code: "approval_mismatch" });
    expect(await asking.chat.runs()).toEqual(["awaiting-input"]);
  });

  it("F-R7 in a session that does not ask is none, and tells nothing of the one that does", async () => {
    await using asking = await askingChat();
    const { chat } = asking;
    await chat.prompt("Hello", { session: "s2" });
    const elsewhere = answer(chat, "approve", { session: "s2" });
    await expect(elsewhere).rejects.toMatchObject({ code: "approval_mismatch" });
    expect(await statusOf(chat)).toBe(PENDING);
  });

  it("F-R8 comes too late once the time is over, by the server's clock and not by its sweep", async () => {
    await using asking = await askingChat({ plugins: [toolCallPlugin(), approvalPlugin({ expiresAfterMs: 1_000 })] });
    const { chat } = asking;
    const { expiresAt = 0 } = (await approvalsIn(chat))[0] ?? {};
    await chat.platform.advance(expiresAt - chat.platform.now());
    expect(await statusOf(chat)).toBe(PENDING);
    await expect(answer(chat, "approve")).rejects.toMatchObject({ code: "approval_expired" });
    await chat.platform.advance(10_000);
    await expect(answer(chat, "approve")).rejects.toMatchObject({ code: "approval_expired" });
  });

  it("C39 has a decision, and a reason that can be read", async () => {
    await using asking = await askingChat();
    const { chat } = asking;
    const { approvalId = "", digest = "" } = (await approvalsIn(chat))[0] ?? {};
    const send = (payload: { readonly [name: string]: string }) =>
      chat.hub.submit({ principal: USER, session: SESSION, command: "ChatAnswerApproval", id: "x", payload });
    await expect(send({ approvalId, digest })).rejects.toMatchObject({ code: "invalid_command" });
    const reason = "no ".repeat(400);
    await expect(answer(chat, "deny", { reason })).rejects.toMatchObject({ reason: "reason_too_long" });
    expect(await statusOf(chat)).toBe(PENDING);
  });
});

describe("an approval nobody answers", () => {
  it("F-R8 expires, and the call fails with it", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    await chat.platform.advance(16 * MINUTE);
    expect(await statusOf(chat)).toBe(EXPIRED);
    expect(await callOf(chat)).toMatchObject({ status: "failed", error: "Nobody allowed this call in time." });
    expect(engine.call.request.resumed?.answers).toMatchObject([{ decision: "expired" }]);
    engine.call.end();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["finished"]);
  });

  it("F-R8 expires after a restart too", async () => {
    const { chat: before } = await askingChat();
    const { chat, engine } = await restarted(before);
    expect(await statusOf(chat)).toBe(PENDING);
    await chat.platform.advance(16 * MINUTE);
    expect(await statusOf(chat)).toBe(EXPIRED);
    expect(engine.calls).toHaveLength(1);
    await chat.hub.close();
  });

  it("F-R8 is cancelled when its run is stopped, and nothing is said after that", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    await chat.stop();
    await chat.platform.settle();
    expect(await chat.runs()).toEqual(["stopped"]);
    expect(await statusOf(chat)).toBe(CANCELLED);
    expect(await callOf(chat)).toMatchObject({ status: "cancelled" });
    const log = await chat.names();
    await expect(answer(chat, "approve")).rejects.toMatchObject({ code: "approval_expired" });
    await chat.platform.advance(30 * MINUTE);
    expect(await chat.names()).toEqual(log);
    expect(engine.calls).toHaveLength(1);
  });

  async function atOnce(chat: ChatHarness, first: "stop" | "approve") {
    const { approvalId = "", digest = "" } = (await approvalsIn(chat))[0] ?? {};
    const approved = { principal: USER, session: SESSION, approvalId, digest, decision: "approve" } as const;
    const calls = [() => chat.stop(), () => chat.service.answerApproval(approved)];
    const sent = (first === "stop" ? calls : calls.reverse()).map((send) => send());
    const settled = await Promise.allSettled(sent);
    await chat.platform.settle();
    return settled;
  }

  it("F-R8 cannot be answered any more once its run is asked to stop", async () => {
    await using asking = await askingChat();
    const { chat } = asking;
    const [, answered] = await atOnce(chat, "stop");
    expect(answered).toMatchObject({ reason: { code: "approval_expired" } });
    expect(await chat.runs()).toEqual(["stopped"]);
    expect(await chat.names()).not.toContain("ChatRunResumed");
  });

  it("C12 whose run is asked to stop just after it was answered is not executed", async () => {
    await using asking = await askingChat();
    const { chat, engine } = asking;
    const [answered] = await atOnce(chat, "approve");
    expect(answered?.status).toBe("fulfilled");
    expect(await chat.runs()).toEqual(["stopped"]);
    expect(await callOf(chat)).toMatchObject({ status: "cancelled" });
    expect(engine.calls).toHaveLength(1);
  });
});

describe("an approval and the processes it outlives", () => {
  it("AT-17 is answered in another process, which goes on with the run", async () => {
    const { chat: before } = await askingChat();
    const { chat, engine } = await restarted(before);
    expect(await chat.runs()).toEqual(["awaiting-input"]);
    await answer(chat, "approve");
    expect(engine.call.request.resumed?.answers).toMatchObject([{ toolCallId: "t1", decision: "approved" }]);
    engine.call.say({ type: "tool-result", toolCallId: "t1", result: "gone" }, ...textDeltas("1", "Done."));
    engine.call.end();
    await chat.platform.advance(100);
    expect(await chat.runs()).toEqual(["finished"]);
    expect((await chat.transcript()).at(-1)).toBe("assistant: Done. (finished)");
    await chat.hub.close();
  });

  it("F-R9 whose process dies while the call is executed leaves it interrupted, and nobody executes it again", async () => {
    const { chat: before, engine: first } = await askingChat();
    await answer(before, "approve");
    expect(first.calls).toHaveLength(2);
    const { chat, engine } = await restarted(before);
    expect(await chat.runs()).toEqual(["interrupted"]);
    expect(await callOf(chat)).toMatchObject({ status: "interrupted", executing: false });
    expect(await statusOf(chat)).toBe(APPROVED);
    await chat.platform.advance(30 * MINUTE);
    expect(engine.calls).toHaveLength(0);
    await chat.hub.close();
  });
});
