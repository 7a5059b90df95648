import {
  type ApprovalEntity,
  ApprovalEntitySchema,
  ApprovalRequestedSchema,
  ApprovalSettledSchema,
  ChatApprovalStatus,
} from "@sessionstream/protocol/chat/v1";
import { defineEvent, type EventType } from "../../event/define-event.ts";
import { defineEntityKind } from "../../projection/define-entity-kind.ts";
import { type EntityWrite, type EventHandler, on, put } from "../../projection/define-projection.ts";
import type { EntityRecord, SessionView } from "../../projection/view.ts";
import { runIdOf } from "../correlation.ts";
import { ChatRunFailed, ChatRunFinished, ChatRunInterrupted, ChatRunResumed, ChatRunStopped } from "../events.ts";

/**
 * Owns ChatApproval: how the events of approvals and of their runs become it. The first decision counts. What became of
 * an approved call is its ChatToolCall's.
 */
export const ChatApprovalRequested = defineEvent("ChatApprovalRequested", ApprovalRequestedSchema);
export const ChatApprovalSettled = defineEvent("ChatApprovalSettled", ApprovalSettledSchema);

export const ChatApproval = defineEntityKind("ChatApproval", ApprovalEntitySchema, {
  row: true,
  reference: false,
  open: (approval) => !approval.closed,
});

export function approvalId(toolCallId: string): string {
  return `${toolCallId}:approval`;
}

export function isPending({ status }: ApprovalEntity): boolean {
  return status === ChatApprovalStatus.PENDING;
}

/** What a run has asked and its engine does not know the answers of, in the order it was asked. */
export function openApprovals(view: SessionView, runId: string): readonly EntityRecord<typeof ApprovalEntitySchema>[] {
  return view.listOpen(ChatApproval).filter(({ payload }) => runIdOf(payload) === runId);
}

export const approvalHandlers: readonly EventHandler[] = [
  on(ChatApprovalRequested, ({ payload }, view) => {
    const { approvalId: id, messageId, toolCallId, toolName, input, digest, expiresAt, correlation } = payload;
    if (view.get(ChatApproval, id) !== undefined) return [];
    const asked = { approvalId: id, messageId, toolCallId, toolName, input, digest, expiresAt };
    const whose = correlation === undefined ? {} : { correlation };
    return [put(ChatApproval, id, { ...asked, ...whose, status: ChatApprovalStatus.PENDING })];
  }),
  on(ChatApprovalSettled, ({ payload, at }, view) => {
    const before = view.get(ChatApproval, payload.approvalId)?.payload;
    if (before === undefined || !isPending(before)) return [];
    const { status, reason, decidedBy } = payload;
    return [put(ChatApproval, before.approvalId, { ...before, status, reason, decidedBy, settledAt: at })];
  }),
  on(ChatRunResumed, ({ payload }, view) => closed(view, runIdOf(payload), () => ({}))),
  ...[ChatRunFinished, ChatRunStopped, ChatRunFailed, ChatRunInterrupted].map(cancelsAtEnd),
];

function cancelsAtEnd(end: EventType<typeof ChatRunFinished.schema>): EventHandler {
  return on(end, ({ payload, at }, view) =>
    closed(view, runIdOf(payload), (approval) =>
      isPending(approval) ? { status: ChatApprovalStatus.CANCELLED, settledAt: at } : {},
    ),
  );
}

function closed(
  view: SessionView,
  runId: string,
  change: (approval: ApprovalEntity) => Partial<ApprovalEntity>,
): readonly EntityWrite[] {
  return openApprovals(view, runId).map(({ id, payload }) =>
    put(ChatApproval, id, { ...payload, ...change(payload), closed: true }),
  );
}
