import { SessionStreamError } from "@sessionstream/protocol";
import { type ApprovalEntity, ChatApprovalStatus } from "@sessionstream/protocol/chat/v1";
import type { DueEffect, EffectContext } from "../../effect/effect.ts";
import { type EventInput, event } from "../../event/define-event.ts";
import type { SessionView } from "../../projection/view.ts";
import { runIdOf } from "../correlation.ts";
import type { CallAnswer } from "../engine/engine.ts";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { ChatToolCallFinished, ChatToolExecutionStarted, ChatToolResultReady } from "../events.ts";
import { answerApproval } from "./answer-approval.ts";
import { approvalDigest } from "./approval-digest.ts";
import {
  approvalHandlers,
  approvalId,
  ChatApproval,
  ChatApprovalRequested,
  ChatApprovalSettled,
  isPending,
  openApprovals,
} from "./approval-entity.ts";
import { callIdOf, engineCallId } from "./call-ids.ts";
import { type ChatPlugin, defineChatPlugin, type PluginRun, type RunInput, type RunRef } from "./chat-plugin.ts";
import { refusalText, settleApproval } from "./settle-approval.ts";
import { asText, clip, MAX_TOOL_TEXT } from "./tool-text.ts";

export interface ApprovalOptions {
  /** How long people may take to answer. Default 15 minutes. */
  readonly expiresAfterMs?: number;
}

/**
 * Calls of tools that must not be executed before a person allows it. Needs the tool-call plugin beside it, whose
 * entities tell what became of the call.
 */
export function approvalPlugin({ expiresAfterMs = 15 * 60_000 }: ApprovalOptions = {}): ChatPlugin {
  if (!Number.isSafeInteger(expiresAfterMs) || expiresAfterMs <= 0) {
    throw new SessionStreamError("invalid_options", "expiresAfterMs has to be a whole number of milliseconds above 0");
  }
  return defineChatPlugin({
    name: "approval",
    version: 1,
    commands: [answerApproval],
    events: [ChatApprovalRequested, ChatApprovalSettled],
    needs: [ChatToolExecutionStarted, ChatToolResultReady, ChatToolCallFinished],
    kinds: [ChatApproval],
    project: approvalHandlers,
    onRun: (run) => (reported) =>
      reported.type === "tool-approval-request" ? ask(run, reported, expiresAfterMs) : undefined,
    input(run, view) {
      const open = openApprovals(view, run.runId).map(({ payload }) => payload);
      if (open.length === 0 || isTold(run, view, open)) return null;
      return open.some(isPending) ? { type: "pending" } : given(run, view, open);
    },
    due: (view) =>
      view
        .listOpen(ChatApproval)
        .filter(({ payload }) => isPending(payload))
        .flatMap(({ payload }) => expiries(payload)),
  });
}

function ask(
  run: PluginRun,
  { toolCallId: engineId, toolName, input }: Extract<RuntimeEvent, { type: "tool-approval-request" }>,
  expiresAfterMs: number,
): readonly EventInput[] {
  const view = run.view();
  const toolCallId = callIdOf(view, run, engineId);
  const id = approvalId(toolCallId);
  if (view.get(ChatApproval, id) !== undefined) {
    const problem = `Call ${engineId} was asked about before: each call of a run needs an id of its own.`;
    throw new SessionStreamError("invalid_event", problem);
  }
  const text = asText(input);
  const call = { toolCallId, toolName, input: text };
  const asked = {
    approvalId: id,
    messageId: run.messageId,
    ...call,
    input: clip(text),
    digest: approvalDigest(view.session, call),
    expiresAt: run.now() + expiresAfterMs,
    correlation: run.correlate({ toolCallId }),
  };
  const requested = event(ChatApprovalRequested, asked);
  if (text.length <= MAX_TOOL_TEXT) return [requested];
  // Nobody allows what cannot be shown to them.
  const reason = "The arguments are too long to be shown to a person.";
  return [requested, ...settleApproval(asked, { status: ChatApprovalStatus.DENIED, reason, decidedBy: "" })];
}

/**
 * Whether the engine, told that a call cannot be shown, has only made another such call: it would be told so for ever, and
 * nobody in between has a say (X29).
 */
function isTold({ runId }: RunRef, view: SessionView, open: readonly ApprovalEntity[]): boolean {
  if (!open.every(isUnshown)) return false;
  const before = view.list(ChatApproval).filter(({ payload }) => payload.closed && runIdOf(payload) === runId);
  const last = before.at(-1);
  return last !== undefined && isUnshown(last.payload);
}

/** Nobody was asked. */
function isUnshown({ status, decidedBy }: ApprovalEntity): boolean {
  return status === ChatApprovalStatus.DENIED && decidedBy === "";
}

/** The claim of what was approved comes first: whoever dies after it leaves the call interrupted, not to be done again. */
function given(run: RunRef, view: SessionView, approvals: readonly ApprovalEntity[]): RunInput {
  const approved = approvals.filter(({ status }) => status === ChatApprovalStatus.APPROVED);
  return {
    type: "given",
    events: approved.map(({ messageId, toolCallId, toolName, correlation }) =>
      event(ChatToolExecutionStarted, {
        messageId,
        toolCallId,
        toolName,
        ...(correlation === undefined ? {} : { correlation }),
      }),
    ),
    answers: approvals.map((approval) => answerOf(run, view, approval)),
  };
}

function answerOf(run: RunRef, view: SessionView, approval: ApprovalEntity): CallAnswer {
  const { toolName, input, status } = approval;
  const call = { toolCallId: engineCallId(view, run, approval.toolCallId), toolName, input };
  if (status === ChatApprovalStatus.APPROVED) return { ...call, decision: "approved" };
  const decision = status === ChatApprovalStatus.DENIED ? "denied" : "expired";
  return { ...call, decision, error: refusalText(approval) };
}

/**
 * Wherever the session is in memory, so that whoever is told that it is too late sees it too; and under a lease that ends
 * then, for when it is in no memory. Either finds the other's work done.
 */
function expiries(approval: ApprovalEntity): readonly DueEffect[] {
  const run: DueEffect["run"] = (context) => expire(context, approval);
  const expiry = { name: "chat-approval", notBefore: approval.expiresAt, run };
  return [
    { ...expiry, key: `chat-approval-here ${approval.approvalId}`, runsIn: "every-process" },
    { ...expiry, key: `chat-approval ${approval.approvalId}` },
  ];
}

/** Nobody answered in time. */
async function expire(context: EffectContext, approval: ApprovalEntity): Promise<void> {
  const expired = settleApproval(approval, { status: ChatApprovalStatus.EXPIRED, reason: "", decidedBy: "" });
  await context.publish(expired, {
    guard: (view) => {
      const now = view.get(ChatApproval, approval.approvalId)?.payload;
      return now !== undefined && isPending(now);
    },
  });
}
