/** Chat entities as changes for a fake hub's session: what a server's projections would write. */
import type { LocalChange } from "../backend/local/local-log.ts";
import {
  type ApprovalPayload,
  approvalPayload,
  CHAT_KINDS,
  type ChatMessagePayload,
  chatMessagePayload,
  type RunPayload,
  runPayload,
  type ToolCallPayload,
  toolCallPayload,
  toolResultPayload,
} from "../thread/chat-payload.ts";
import type { RunPhase } from "../thread/status.ts";

export interface MessageChange {
  readonly id: string;
  readonly text?: string;
  /** An own message's command: what the optimistic row is matched by. */
  readonly commandId?: string;
  readonly fields?: Partial<ChatMessagePayload>;
}

export function userMessage({ id, text = "", commandId, fields }: MessageChange): LocalChange {
  return message({ messageId: id, role: "user", status: "accepted", final: true, content: text, ...fields }, commandId);
}

/** A finished answer, or with `streaming` one that still grows: see `appendText`. */
export function assistantMessage({
  id,
  text = "",
  streaming = false,
  fields,
}: MessageChange & { streaming?: boolean }): LocalChange {
  const status = streaming ? "streaming" : "finished";
  return message({
    messageId: id,
    role: "assistant",
    status,
    streaming,
    final: !streaming,
    text,
    content: text,
    ...fields,
  });
}

export function reasoning(change: MessageChange & { streaming?: boolean }): LocalChange {
  return assistantMessage({ ...change, fields: { role: "thinking", segmentType: "thinking", ...change.fields } });
}

export function appendText(id: string, text: string): LocalChange {
  return { type: "patch", kind: CHAT_KINDS.message, id, append: { content: text } };
}

export function finishText(
  id: string,
  status: "finished" | "stopped" | "error" | "interrupted" = "finished",
): LocalChange {
  return { type: "patch", kind: CHAT_KINDS.message, id, set: { status, streaming: false, final: true }, open: false };
}

const TOOL_CALL_OPEN: ReadonlySet<string> = new Set(["started", "requested", "running"]);

export function toolCall(id: string, fields: Partial<ToolCallPayload>): LocalChange {
  const payload = toolCallPayload({ toolCallId: id, status: "requested", ...fields });
  return { type: "put", kind: CHAT_KINDS.toolCall, id, payload, open: TOOL_CALL_OPEN.has(payload.status) };
}

export function toolResult(toolCallId: string, toolName: string, result: string): LocalChange {
  const payload = toolResultPayload({ toolCallId, toolName, result, status: "completed" });
  return { type: "put", kind: CHAT_KINDS.toolResult, id: `${toolCallId}:result`, payload };
}

/** What is asked of people about a call: pending, and without a deadline unless it is given `expiresAt`. */
export function approval(toolCallId: string, fields: Partial<ApprovalPayload> = {}): LocalChange {
  const id = `${toolCallId}:approval`;
  const payload = approvalPayload({
    approvalId: id,
    toolCallId,
    digest: `digest of ${toolCallId}`,
    status: "CHAT_APPROVAL_STATUS_PENDING",
    ...fields,
  });
  return { type: "put", kind: CHAT_KINDS.approval, id, payload, open: !payload.closed };
}

const RUN_STATUS: Record<RunPhase, RunPayload["status"]> = {
  queued: "CHAT_RUN_STATUS_QUEUED",
  running: "CHAT_RUN_STATUS_RUNNING",
  "awaiting-input": "CHAT_RUN_STATUS_AWAITING_INPUT",
  finished: "CHAT_RUN_STATUS_FINISHED",
  stopped: "CHAT_RUN_STATUS_STOPPED",
  failed: "CHAT_RUN_STATUS_FAILED",
  interrupted: "CHAT_RUN_STATUS_INTERRUPTED",
};
const ACTIVE: ReadonlySet<RunPhase> = new Set(["queued", "running", "awaiting-input"]);

export function run(id: string, phase: RunPhase, fields: Partial<RunPayload> = {}): LocalChange {
  const payload = runPayload({ runId: id, status: RUN_STATUS[phase], ...fields });
  return { type: "put", kind: CHAT_KINDS.run, id, payload, open: ACTIVE.has(phase) };
}

function message(fields: Partial<ChatMessagePayload>, commandId?: string): LocalChange {
  const payload = chatMessagePayload(fields);
  const change = {
    type: "put",
    kind: CHAT_KINDS.message,
    id: payload.messageId,
    payload,
    open: payload.streaming,
  } as const;
  return commandId === undefined ? change : { ...change, commandId };
}
