/**
 * Owns what can be done about one approval: answer it, once, while what is shown is current. Does not own how it looks.
 * What was decided is read from the entity alone, so every device shows the same.
 */
import type { ApprovalAnswer } from "@sessionstream/client";
import type { ErrorCode } from "@sessionstream/protocol";
import type { ApprovalEntitySchema } from "@sessionstream/protocol/chat/v1";
import { useCallback, useRef, useState } from "react";
import type { Payload } from "../renderer/payload.ts";
import { useMayApprove } from "../thread/may-approve.ts";
import { useThreadScope } from "../thread/thread-context.ts";
import { onStatus } from "./topic.ts";
import { type ActionState, useAction } from "./use-action.ts";
import { useSessionStream } from "./use-session-stream.ts";

export type ApprovalPayload = Payload<typeof ApprovalEntitySchema>;
export type ApprovalStatus = "pending" | "approved" | "denied" | "expired" | "cancelled";

export interface ApprovalView {
  readonly status: ApprovalStatus;
  /** What is shown is current: it can be answered from here. */
  readonly connected: boolean;
  /** Nobody has decided, and this reader may: show buttons. */
  readonly answerable: boolean;
  /** What became of the answer that was given here. */
  readonly answer: ActionState;
  readonly approve: () => void;
  /** The reason is told to the model and shown to people. */
  readonly deny: (reason?: string) => void;
}

const STATUS: Readonly<Record<ApprovalPayload["status"], ApprovalStatus>> = {
  CHAT_APPROVAL_STATUS_PENDING: "pending",
  CHAT_APPROVAL_STATUS_APPROVED: "approved",
  CHAT_APPROVAL_STATUS_DENIED: "denied",
  CHAT_APPROVAL_STATUS_EXPIRED: "expired",
  CHAT_APPROVAL_STATUS_CANCELLED: "cancelled",
  CHAT_APPROVAL_STATUS_UNSPECIFIED: "cancelled",
};

const IDLE: ActionState = { type: "idle" };

/** After these no other answer from here can count. */
const LAST_WORDS: ReadonlySet<string> = new Set<ErrorCode>([
  "already_answered",
  "approval_mismatch",
  "approval_expired",
  "forbidden",
]);

/** A status we do not know is of a newer server, which has decided something. */
export function approvalStatus({ status }: ApprovalPayload): ApprovalStatus {
  return STATUS[status] ?? "cancelled";
}

export function useApproval(approval: ApprovalPayload): ApprovalView {
  const { approvalId, digest } = approval;
  const mayApprove = useMayApprove();
  const { thread } = useThreadScope();
  const connected = useSessionStream(({ getStatus }) => getStatus().hydration.type === "ready", { topic: onStatus });
  const given = useRef<Pick<ApprovalAnswer, "decision" | "reason">>({ decision: "deny" });
  const [latest, send] = useAction(() => thread.answerApproval({ approvalId, digest, ...given.current }));
  const [answered, setAnswered] = useState(digest);

  const give = useCallback(
    (answer: Pick<ApprovalAnswer, "decision" | "reason">) => {
      given.current = answer;
      setAnswered(digest);
      send();
    },
    [digest, send],
  );
  const approve = useCallback(() => give({ decision: "approve" }), [give]);
  const deny = useCallback((reason?: string) => give({ decision: "deny", reason }), [give]);

  const status = approvalStatus(approval);
  // What became of an answer to something else that was shown here is no news of this; that it is on its way is.
  const answer = latest.type === "failed" && answered !== digest ? IDLE : latest;
  const isRefused = answer.type === "failed" && LAST_WORDS.has(answer.error.code);
  return { status, connected, answerable: mayApprove && status === "pending" && !isRefused, answer, approve, deny };
}
