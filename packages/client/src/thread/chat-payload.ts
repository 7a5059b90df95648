/**
 * Owns what the client needs to know of a chat's entities by name: kinds, payload types, and total zero payloads for
 * backends that write entities themselves. Our server sends total objects; type-only import, so no protobuf runtime.
 */
import type {
  ApprovalEntityJson,
  ChatMessageEntityJson,
  RunEntityJson,
  ToolCallEntityJson,
  ToolResultEntityJson,
} from "@sessionstream/protocol/chat/v1";

export const CHAT_KINDS = {
  message: "ChatMessage",
  toolCall: "ChatToolCall",
  toolResult: "ChatToolResult",
  approval: "ChatApproval",
  run: "ChatRun",
  session: "ChatSession",
} as const;

export const CHAT_COMMANDS = {
  start: "ChatStartInference",
  stop: "ChatStopInference",
  answerApproval: "ChatAnswerApproval",
} as const;

/** Every field but messages is there: proto3 has no absent scalars, and the server emits zeros. */
type Total<Json, Message extends keyof Json = never> = Readonly<Required<Omit<Json, Message>> & Pick<Json, Message>>;

export type ChatMessagePayload = Total<ChatMessageEntityJson, "correlation"> & { readonly "@type": string };
export type ToolCallPayload = Total<ToolCallEntityJson, "correlation"> & { readonly "@type": string };
export type ToolResultPayload = Total<ToolResultEntityJson, "correlation"> & { readonly "@type": string };
export type ApprovalPayload = Total<ApprovalEntityJson, "correlation"> & { readonly "@type": string };
export type RunPayload = Total<RunEntityJson, "usage" | "waits"> & { readonly "@type": string };

const TYPE = "type.googleapis.com/sessionstream.chat.v1.";

export function chatMessagePayload(fields: Partial<ChatMessagePayload> = {}): ChatMessagePayload {
  return {
    "@type": `${TYPE}ChatMessageEntity`,
    messageId: "",
    role: "",
    prompt: "",
    text: "",
    content: "",
    status: "",
    streaming: false,
    error: "",
    parentMessageId: "",
    segment: 0,
    segmentType: "",
    final: false,
    attachments: [],
    ...fields,
  };
}

export function toolCallPayload(fields: Partial<ToolCallPayload> = {}): ToolCallPayload {
  return {
    "@type": `${TYPE}ToolCallEntity`,
    messageId: "",
    toolCallId: "",
    toolName: "",
    input: "",
    executing: false,
    status: "",
    error: "",
    ...fields,
  };
}

export function toolResultPayload(fields: Partial<ToolResultPayload> = {}): ToolResultPayload {
  return {
    "@type": `${TYPE}ToolResultEntity`,
    messageId: "",
    toolCallId: "",
    toolName: "",
    result: "",
    status: "",
    error: "",
    ...fields,
  };
}

export function approvalPayload(fields: Partial<ApprovalPayload> = {}): ApprovalPayload {
  return {
    "@type": `${TYPE}ApprovalEntity`,
    approvalId: "",
    messageId: "",
    toolCallId: "",
    toolName: "",
    input: "",
    digest: "",
    status: "CHAT_APPROVAL_STATUS_UNSPECIFIED",
    reason: "",
    decidedBy: "",
    expiresAt: 0,
    settledAt: 0,
    closed: false,
    ...fields,
  };
}

export function runPayload(fields: Partial<RunPayload> = {}): RunPayload {
  return {
    "@type": `${TYPE}RunEntity`,
    runId: "",
    messageId: "",
    userMessageId: "",
    status: "CHAT_RUN_STATUS_UNSPECIFIED",
    prompt: "",
    error: "",
    errorCode: "",
    retryable: false,
    queuedAt: 0,
    startedAt: 0,
    endedAt: 0,
    stopReason: "",
    model: "",
    stopRequested: false,
    attachments: [],
    ...fields,
  };
}
