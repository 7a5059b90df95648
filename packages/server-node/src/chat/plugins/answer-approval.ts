import {
  AnswerApprovalCommandSchema,
  type ApprovalEntity,
  ChatApprovalDecision,
  ChatApprovalStatus,
} from "@sessionstream/protocol/chat/v1";
import { accept, type Decision, defineCommand, reject } from "../../command/define-command.ts";
import type { SessionView } from "../../projection/view.ts";
import { runIdOf } from "../correlation.ts";
import { ChatRun } from "../kinds.ts";
import { ChatApproval } from "./approval-entity.ts";
import { settleApproval } from "./settle-approval.ts";

/** UTF-16 code units. */
const MAX_REASON_LENGTH = 1_000;

/**
 * ChatAnswerApproval: a person's answer to the call that was shown. The first one counts. Whether it is still in time is
 * the server's clock to say, not the sweep that ends what nobody answered.
 */
export const answerApproval = defineCommand({
  name: "ChatAnswerApproval",
  schema: AnswerApprovalCommandSchema,
  decide({ payload, principal, now }, view) {
    const { approvalId, digest, reason } = payload;
    const status = decided(payload.decision);
    if (status === null) return reject("invalid_command", "Say whether the call is approved or denied.");
    if (reason.length > MAX_REASON_LENGTH) {
      return reject("payload_too_large", `A reason has at most ${MAX_REASON_LENGTH} characters.`, "reason_too_long");
    }
    const asked = view.get(ChatApproval, approvalId)?.payload;
    // Not told apart: what another session asks is nobody's business here.
    if (asked === undefined || asked.digest !== digest) {
      return reject(
        "approval_mismatch",
        "This is not what is asked here. Look at the approval again, and answer that.",
      );
    }
    const refusal = refuseLate(asked, view, now);
    if (refusal !== null) return refusal;
    const outcome = { approvalId, status: status === ChatApprovalStatus.APPROVED ? "approved" : "denied" };
    return accept(settleApproval(asked, { status, reason, decidedBy: principal.id }), { outcome });
  },
});

function decided(decision: ChatApprovalDecision): ChatApprovalStatus | null {
  switch (decision) {
    case ChatApprovalDecision.APPROVE:
      return ChatApprovalStatus.APPROVED;
    case ChatApprovalDecision.DENY:
      return ChatApprovalStatus.DENIED;
    default:
      return null;
  }
}

function refuseLate(asked: ApprovalEntity, view: SessionView, now: number): Decision | null {
  switch (asked.status) {
    case ChatApprovalStatus.PENDING: {
      const run = view.get(ChatRun, runIdOf(asked));
      const goesOn = run?.open === true && !run.payload.stopRequested;
      if (!goesOn) return reject("approval_expired", "The answer that asked has ended. Ask again with a new message.");
      return now < asked.expiresAt ? null : tooLate();
    }
    case ChatApprovalStatus.APPROVED:
      return alreadyAnswered(asked, "approved");
    case ChatApprovalStatus.DENIED:
      return alreadyAnswered(asked, "denied");
    case ChatApprovalStatus.CANCELLED:
      return reject("approval_expired", "The answer that asked has ended. Ask again with a new message.");
    default:
      return tooLate();
  }
}

function tooLate(): Decision {
  return reject("approval_expired", "The time to answer is over. Ask again with a new message.");
}

function alreadyAnswered({ decidedBy }: ApprovalEntity, word: "approved" | "denied"): Decision {
  const by = decidedBy === "" ? "" : ` by ${decidedBy}`;
  return reject("already_answered", `This call was ${word} already${by}.`, word);
}
