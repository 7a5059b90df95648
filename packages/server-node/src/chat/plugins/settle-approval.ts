import { type ApprovalEntity, ChatApprovalStatus } from "@sessionstream/protocol/chat/v1";
import { type EventInput, event } from "../../event/define-event.ts";
import { ChatToolCallFinished, ChatToolResultReady } from "../events.ts";
import { ChatApprovalSettled } from "./approval-entity.ts";

/** Owns the unit that settles an approval: a call that nobody allows has failed with it. */
type Settled = Pick<ApprovalEntity, "status" | "reason" | "decidedBy">;
type Asked = Pick<ApprovalEntity, "approvalId" | "messageId" | "toolCallId" | "toolName" | "correlation">;

export function settleApproval(asked: Asked, settled: Settled): readonly EventInput[] {
  const { approvalId, messageId, toolCallId, toolName, correlation } = asked;
  const about = { messageId, ...(correlation === undefined ? {} : { correlation }) };
  const events = [event(ChatApprovalSettled, { ...about, approvalId, ...settled })];
  if (settled.status === ChatApprovalStatus.APPROVED) return events;
  const status = settled.status === ChatApprovalStatus.DENIED ? "denied" : "failed";
  const failed = { ...about, toolCallId, toolName, status, error: refusalText(settled) };
  return [...events, event(ChatToolResultReady, failed), event(ChatToolCallFinished, failed)];
}

/** What people and the model read of a call that was not allowed. */
export function refusalText({ status, reason, decidedBy }: Settled): string {
  if (status === ChatApprovalStatus.EXPIRED) return "Nobody allowed this call in time.";
  if (decidedBy === "") return reason;
  return reason === "" ? "A person refused this call." : `A person refused this call: ${reason}`;
}
