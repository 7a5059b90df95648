/** Owns what a server decides about an answer to an approval, in small: the first one counts, and for what was shown. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { CommandReceipt, CommandSubmission } from "../backend/chat-backend.ts";
import type { LocalChange } from "../backend/local/local-log.ts";
import type { LocalSession } from "../backend/local/local-session.ts";
import { CHAT_KINDS } from "../thread/chat-payload.ts";

const OUTCOMES: Readonly<Record<string, "approved" | "denied">> = {
  CHAT_APPROVAL_STATUS_APPROVED: "approved",
  CHAT_APPROVAL_STATUS_DENIED: "denied",
};

/** @throws SessionStreamError `approval_mismatch`, `already_answered`, `approval_expired`. */
export function answerApproval(session: LocalSession, { payload }: CommandSubmission, now: number): CommandReceipt {
  const { approvalId, digest, decision, reason } = payload;
  const asked = session.log().get(CHAT_KINDS.approval, String(approvalId));
  if (asked === undefined || asked.payload["digest"] !== digest) {
    throw new SessionStreamError("approval_mismatch", "This is not what is asked here");
  }
  const { status, toolCallId, expiresAt } = asked.payload;
  const reasonOfRefusal = OUTCOMES[String(status)];
  if (reasonOfRefusal !== undefined) {
    throw new SessionStreamError("already_answered", "This was answered before", { reason: reasonOfRefusal });
  }
  const isOver = Number(expiresAt) > 0 && Number(expiresAt) <= now;
  if (status !== "CHAT_APPROVAL_STATUS_PENDING" || isOver) {
    throw new SessionStreamError("approval_expired", "The time to answer is over");
  }

  const isAllowed = decision === "CHAT_APPROVAL_DECISION_APPROVE";
  const set = {
    status: `CHAT_APPROVAL_STATUS_${isAllowed ? "APPROVED" : "DENIED"}`,
    reason: String(reason),
    decidedBy: "reader",
    settledAt: now,
  };
  const changes: LocalChange[] = [{ type: "patch", kind: CHAT_KINDS.approval, id: asked.id, set }];
  const call = session.log().get(CHAT_KINDS.toolCall, String(toolCallId));
  if (call !== undefined && !isAllowed) {
    const refused = { status: "denied", error: `A person refused this call: ${reason}` };
    changes.push({ type: "patch", kind: CHAT_KINDS.toolCall, id: call.id, set: refused, open: false });
  }
  session.commit(changes);
  const { epoch, ordinal } = session.log().cursor();
  return { epoch, ordinal };
}
