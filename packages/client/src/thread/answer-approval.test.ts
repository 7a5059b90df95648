import { commandId, SessionStreamError, sessionId } from "@sessionstream/protocol";
import { expect, it } from "vitest";
import { createChatClient } from "../create-chat-client.ts";
import { approval, run } from "../testing/chat-changes.ts";
import { type FakeHub, fakeHub } from "../testing/fake-hub.ts";
import { createManualPlatform } from "../testing/manual-platform.ts";
import type { ChatThread } from "./chat-thread.ts";

const SESSION = sessionId("s1");
const ASKED = { approvalId: "t1:approval", digest: "digest of t1" };

/** Lets promises settle; nothing here waits for time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** Somebody is asked, and sees it. */
async function asked(hub: FakeHub = fakeHub()) {
  const session = hub.session(SESSION);
  session.commit([run("r1", "awaiting-input"), approval("t1", { toolName: "delete_file" })]);
  return { hub, session, ...(await device(hub)) };
}

async function device(hub: FakeHub) {
  const platform = createManualPlatform();
  const { thread } = createChatClient({ backend: hub.backend, platform }).acquire(SESSION);
  await settle();
  const status = () => {
    platform.runFrames();
    return thread.timeline.getEntity(thread.timeline.getOrder().at(-1) ?? fail())?.payload["status"];
  };
  return { platform, thread, status };
}

function fail(): never {
  throw new Error("The thread is empty");
}

const refusal = (thread: ChatThread, decision: "approve" | "deny") =>
  thread.answerApproval({ ...ASKED, decision }).then(
    () => null,
    (thrown: unknown) => SessionStreamError.from(thrown),
  );

it("C39 an answer is one command with the digest of what was shown, and its reason", async () => {
  const { hub, thread, status } = await asked();
  await thread.answerApproval({ ...ASKED, decision: "deny", reason: "Not that one." });
  expect(hub.submissions).toMatchObject([
    {
      name: "ChatAnswerApproval",
      payload: { ...ASKED, decision: "CHAT_APPROVAL_DECISION_DENY", reason: "Not that one." },
    },
  ]);
  expect(status()).toBe("CHAT_APPROVAL_STATUS_DENIED");
});

it("C39 an answer is not sent while what it answers may be over, and never later by itself", async () => {
  const { hub, thread, platform } = await asked();
  hub.goOffline();
  expect(await refusal(thread, "approve")).toMatchObject({ code: "network", retryable: true });
  hub.goOnline();
  await settle();
  platform.advance(60_000);
  await settle();
  expect(hub.submissions).toEqual([]);
  expect(await refusal(thread, "approve")).toBeNull();
});

it("C39 an answer that could not be delivered is tried once: whoever gave it decides anew", async () => {
  const { hub, thread, platform, status } = await asked();
  hub.failSubmits(new SessionStreamError("busy", "Later"), 1);
  expect(await refusal(thread, "approve")).toMatchObject({ code: "busy" });
  platform.advance(60_000);
  await settle();
  expect(hub.submissions).toHaveLength(1);
  expect(status()).toBe("CHAT_APPROVAL_STATUS_PENDING");
});

it("AT-17 F-R6 two devices that answer at once agree: one decision, and who is overruled is told", async () => {
  const { hub, thread, status } = await asked();
  const other = await device(hub);
  const [left, right, same] = await Promise.all([
    refusal(thread, "approve"),
    refusal(other.thread, "deny"),
    refusal(other.thread, "approve"),
  ]);
  expect([left, same]).toEqual([null, null]);
  expect(right).toMatchObject({ code: "already_answered", reason: "approved" });
  expect([status(), other.status()]).toEqual(["CHAT_APPROVAL_STATUS_APPROVED", "CHAT_APPROVAL_STATUS_APPROVED"]);
});

it("C39 an answer whose receipt was lost may be given again", async () => {
  const { hub, thread } = await asked();
  const heal = hub.loseReceipts();
  expect(await refusal(thread, "approve")).toMatchObject({ code: "network" });
  heal();
  expect(await refusal(thread, "approve")).toBeNull();
  expect(new Set(hub.submissions.map(({ commandId: id }) => commandId(id))).size).toBe(2);
});

it("F-R7 an answer to something else than what is asked is refused", async () => {
  const { thread } = await asked();
  await expect(thread.answerApproval({ ...ASKED, digest: "another", decision: "approve" })).rejects.toMatchObject({
    code: "approval_mismatch",
  });
});
