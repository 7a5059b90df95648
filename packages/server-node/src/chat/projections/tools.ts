import { create } from "@bufbuild/protobuf";
import { SessionStreamError } from "@sessionstream/protocol";
import {
  ChatStreamPatchMode,
  type CorrelationInfo,
  type ToolArgumentsPatch,
  type ToolCallEntity,
  ToolCallEntitySchema,
} from "@sessionstream/protocol/chat/v1";
import { append, type EntityWrite, type EventHandler, on, put } from "../../projection/define-projection.ts";
import type { SessionView } from "../../projection/view.ts";
import { mergeCorrelation } from "../correlation.ts";
import {
  ChatToolArgumentsPatch,
  ChatToolCallFinished,
  ChatToolCallRequested,
  ChatToolCallStarted,
  ChatToolExecutionStarted,
  ChatToolResultReady,
} from "../events.ts";
import { ChatToolCall, ChatToolResult, TOOL_CALL_OPEN } from "../kinds.ts";
import { toolResultId } from "../message-ids.ts";

/**
 * Owns how the events of tool calls become ChatToolCall and ChatToolResult. A settled call stays as it settled; a
 * sparse event never erases a name, an input or a correlation.
 */
export const toolHandlers: readonly EventHandler[] = [
  on(ChatToolCallStarted, ({ payload }, view) => step(view, payload, (call) => ({ status: call.status || "started" }))),
  on(ChatToolArgumentsPatch, ({ payload }, view) => patchArguments(view, payload)),
  on(ChatToolCallRequested, ({ payload }, view) =>
    step(view, payload, (call) => ({
      input: payload.input || call.input,
      status: call.status === "running" ? "running" : "requested",
    })),
  ),
  on(ChatToolExecutionStarted, ({ payload }, view) =>
    step(view, payload, () => ({ executing: true, status: "running" })),
  ),
  on(ChatToolCallFinished, ({ payload }, view) =>
    step(view, payload, (call) => {
      // A finish that does not say how it went agrees with the result that came before it.
      const result = view.get(ChatToolResult, toolResultId(payload.toolCallId))?.payload;
      const error = payload.error || result?.error || call.error;
      const status = payload.status || result?.status || (error === "" ? "completed" : "failed");
      return { executing: false, status, error };
    }),
  ),
  on(ChatToolResultReady, ({ payload }, view) => {
    const id = toolResultId(payload.toolCallId);
    const before = view.get(ChatToolResult, id)?.payload;
    const call = view.get(ChatToolCall, payload.toolCallId)?.payload;
    const { messageId, toolCallId } = payload;
    const error = payload.error || (before?.error ?? "");
    const correlation = mergeCorrelation(before?.correlation ?? call?.correlation, payload.correlation);
    return [
      put(ChatToolResult, id, {
        messageId: messageId || (before?.messageId ?? call?.messageId ?? ""),
        toolCallId,
        toolName: payload.toolName || (before?.toolName ?? call?.toolName ?? ""),
        result: payload.result || (before?.result ?? ""),
        status: payload.status || (before?.status ?? (error === "" ? "completed" : "failed")),
        error,
        ...(correlation === undefined ? {} : { correlation }),
      }),
    ];
  }),
];

interface About {
  readonly messageId: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly correlation?: CorrelationInfo | undefined;
}

function step(
  view: SessionView,
  about: About,
  change: (call: ToolCallEntity) => Partial<ToolCallEntity>,
): readonly EntityWrite[] {
  const before = view.get(ChatToolCall, about.toolCallId)?.payload ?? create(ToolCallEntitySchema);
  if (isSettled(before)) return [];
  return [put(ChatToolCall, about.toolCallId, { ...before, ...named(before, about), ...change(before) })];
}

function patchArguments(view: SessionView, patch: ToolArgumentsPatch): readonly EntityWrite[] {
  const before = view.get(ChatToolCall, patch.toolCallId)?.payload;
  const appends = patch.mode === ChatStreamPatchMode.APPEND || patch.mode === ChatStreamPatchMode.UNSPECIFIED;
  if (before === undefined || !appends) {
    return step(view, patch, (call) => ({ input: patch.arguments, status: call.status || "started" }));
  }
  if (isSettled(before)) return [];
  if (patch.sequence > 0 && patch.offset !== before.input.length) {
    const known = before.input.slice(patch.offset, patch.offset + patch.arguments.length);
    if (patch.offset < before.input.length && known === patch.arguments) return [];
    throw new SessionStreamError(
      "projection_failed",
      `Arguments patch ${patch.sequence} of ${patch.toolCallId} starts at ${patch.offset}, but ${before.input.length} units are known`,
    );
  }
  return [append(ChatToolCall, patch.toolCallId, "input", patch.arguments)];
}

function isSettled(call: ToolCallEntity): boolean {
  return call.status !== "" && !TOOL_CALL_OPEN.has(call.status);
}

function named(before: ToolCallEntity, about: About): Partial<ToolCallEntity> {
  const correlation = mergeCorrelation(before.correlation, about.correlation);
  return {
    messageId: about.messageId || before.messageId,
    toolCallId: about.toolCallId,
    toolName: about.toolName || before.toolName,
    ...(correlation === undefined ? {} : { correlation }),
  };
}
