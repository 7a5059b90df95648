import { ChatStreamPatchMode } from "@sessionstream/protocol/chat/v1";
import { type EventInput, event } from "../../event/define-event.ts";
import {
  ChatToolArgumentsPatch,
  ChatToolCallFinished,
  ChatToolCallRequested,
  ChatToolCallStarted,
  ChatToolExecutionStarted,
  ChatToolResultReady,
} from "../events.ts";
import { ChatToolCall, ChatToolResult } from "../kinds.ts";
import { toolHandlers } from "../projections/tools.ts";
import { callIdOf } from "./call-ids.ts";
import { type ChatPlugin, defineChatPlugin, type PluginRun, type SettleReason } from "./chat-plugin.ts";
import { asText, clip, MAX_TOOL_TEXT } from "./tool-text.ts";

const EVENTS = [
  ChatToolCallStarted,
  ChatToolArgumentsPatch,
  ChatToolCallRequested,
  ChatToolExecutionStarted,
  ChatToolResultReady,
  ChatToolCallFinished,
];

const SETTLED_STATUS: Readonly<Record<SettleReason, string>> = {
  finished: "cancelled",
  stopped: "cancelled",
  error: "failed",
  interrupted: "interrupted",
};

/** Calls of tools that the engine executes: arguments as they stream, execution, result. */
export function toolCallPlugin(): ChatPlugin {
  return defineChatPlugin({
    name: "tool-call",
    version: 1,
    events: EVENTS,
    kinds: [ChatToolCall, ChatToolResult],
    project: toolHandlers,
    onRun(run) {
      const calls = toolCalls(run);
      return (reported) => {
        switch (reported.type) {
          case "tool-input-start":
            return calls.start(reported.toolCallId, reported.toolName);
          case "tool-input-delta":
            return calls.patch(reported.toolCallId, reported.text);
          case "tool-call":
            return calls.request(reported.toolCallId, reported.toolName, asText(reported.input));
          case "tool-approval-request":
            return calls.ask(reported.toolCallId, reported.toolName, asText(reported.input));
          case "tool-execution-start":
            return calls.execute(reported.toolCallId, reported.toolName);
          case "tool-result":
            return calls.finish(reported.toolCallId, reported.toolName, { result: asText(reported.result), error: "" });
          case "tool-error":
            return calls.finish(reported.toolCallId, reported.toolName, { result: "", error: reported.error });
          default:
            return undefined;
        }
      };
    },
    settle: (run, view, reason) =>
      view
        .listOpen(ChatToolCall)
        .filter(({ payload }) => payload.messageId === run.messageId)
        .map(({ payload: { messageId, toolCallId, toolName } }) =>
          event(ChatToolCallFinished, { messageId, toolCallId, toolName, status: SETTLED_STATUS[reason] }),
        ),
  });
}

interface Call {
  readonly toolCallId: string;
  readonly toolName: string;
  sequence: number;
  length: number;
  /** Its arguments are complete. */
  isRequested: boolean;
}

/** The calls of one run, by the engine's ids. */
function toolCalls(run: PluginRun) {
  const calls = new Map<string, Call>();

  const about = ({ toolCallId, toolName }: Call) => ({
    messageId: run.messageId,
    toolCallId,
    toolName,
    correlation: run.correlate({ toolCallId }),
  });

  /** Engines may leave out steps; every call nevertheless begins with its start. */
  function known(id: string, toolName: string): { readonly call: Call; readonly events: EventInput[] } {
    const before = calls.get(id);
    if (before !== undefined) return { call: before, events: [] };
    const view = run.view();
    const call: Call = { toolCallId: callIdOf(view, run, id), toolName, sequence: 0, length: 0, isRequested: false };
    calls.set(id, call);
    // A run that goes on after people were asked speaks of calls it began before.
    if (view.get(ChatToolCall, call.toolCallId) !== undefined) return { call, events: [] };
    return { call, events: [event(ChatToolCallStarted, { ...about(call), parentMessageId: run.messageId })] };
  }

  function request(id: string, toolName: string, input: string): readonly EventInput[] {
    const { call, events } = known(id, toolName);
    call.isRequested = true;
    return [...events, event(ChatToolCallRequested, { ...about(call), toolName, input: clip(input) })];
  }

  return {
    request,
    ask: (id: string, toolName: string, input: string) =>
      calls.get(id)?.isRequested === true ? [] : request(id, toolName, input),
    start: (id: string, toolName: string) => known(id, toolName).events,
    patch(id: string, text: string): readonly EventInput[] {
      const { call, events } = known(id, "");
      if (call.length + text.length > MAX_TOOL_TEXT) return events;
      call.sequence += 1;
      const { sequence, length: offset } = call;
      call.length += text.length;
      const { messageId } = run;
      const patch = { arguments: text, mode: ChatStreamPatchMode.APPEND, sequence, offset };
      return [...events, event(ChatToolArgumentsPatch, { messageId, toolCallId: call.toolCallId, ...patch })];
    },
    execute(id: string, toolName = ""): readonly EventInput[] {
      const { call, events } = known(id, toolName);
      return [...events, event(ChatToolExecutionStarted, about(call))];
    },
    finish(id: string, toolName = "", { result, error }: { readonly result: string; readonly error: string }) {
      const { call, events } = known(id, toolName);
      const status = error === "" ? "completed" : "failed";
      return [
        ...events,
        event(ChatToolResultReady, { ...about(call), result: clip(result), status, error: clip(error) }),
        event(ChatToolCallFinished, { ...about(call), status, error: clip(error) }),
      ];
    },
  };
}
