import type { RunEntity } from "@sessionstream/protocol/chat/v1";
import type { EntityRecord, SessionView } from "../../projection/view.ts";
import type { CallAnswer, EngineMessage, EnginePart } from "../engine/engine.ts";
import { ChatMessage, ChatRun, ChatToolCall, ChatToolResult, TOOL_CALL_OPEN } from "../kinds.ts";
import { toolResultId } from "../message-ids.ts";
import { engineCallId } from "../plugins/call-ids.ts";
import type { RunRef } from "../plugins/chat-plugin.ts";
import { runPhase } from "./run-phase.ts";

/**
 * Owns what a model hears of the turns before a prompt: every user message before it, each with the newest answer
 * that ended well or was stopped. Answers that failed, were interrupted or still stream are no history; neither are
 * reasoning, warnings and tool calls without a result (providers refuse those).
 */
export function historyOf(view: SessionView, run: RunEntity): readonly EngineMessage[] {
  const answers = answersByRun(view);
  const answeredBy = new Map<string, string>();
  for (const { payload } of view.list(ChatRun)) {
    const phase = runPhase(payload.status);
    const good = (phase === "finished" || phase === "stopped") && answers.has(payload.messageId);
    if (good && payload.runId !== run.runId) answeredBy.set(payload.userMessageId, payload.messageId);
  }
  const history: EngineMessage[] = [];
  for (const { id, payload } of view.list(ChatMessage)) {
    if (id === run.userMessageId) break;
    if (payload.role !== "user") continue;
    history.push({ role: "user", text: payload.content, attachments: payload.attachments });
    const parts = answers.get(answeredBy.get(id) ?? "");
    if (parts !== undefined) history.push({ role: "assistant", parts });
  }
  return history;
}

/** What a run that goes on has said before, in its engine's ids, but for the calls that were asked about. */
export function partsSoFar(view: SessionView, run: RunRef, answers: readonly CallAnswer[]): readonly EnginePart[] {
  const asked = new Set(answers.map(({ toolCallId }) => toolCallId));
  return (answersByRun(view).get(run.messageId) ?? [])
    .map((part) => (part.type === "text" ? part : { ...part, toolCallId: engineCallId(view, run, part.toolCallId) }))
    .filter((part) => part.type === "text" || !asked.has(part.toolCallId));
}

/** Parts of all answers by root message id, in the order they were given. */
function answersByRun(view: SessionView): ReadonlyMap<string, readonly EnginePart[]> {
  const found: { readonly root: string; readonly at: EntityRecord; readonly part: EnginePart }[] = [];
  for (const record of view.list(ChatMessage)) {
    const { role, status, content, parentMessageId } = record.payload;
    const said = role === "assistant" && (status === "finished" || status === "stopped") && content !== "";
    if (said) found.push({ root: parentMessageId, at: record, part: { type: "text", text: content } });
  }
  for (const record of view.list(ChatToolCall)) {
    const { messageId, toolCallId, toolName, input, status } = record.payload;
    const result = view.get(ChatToolResult, toolResultId(toolCallId))?.payload;
    if (TOOL_CALL_OPEN.has(status) || result === undefined) continue;
    const isError = result.status !== "completed";
    const text = isError ? result.error || result.result : result.result;
    const part: EnginePart = { type: "tool-call", toolCallId, toolName, input: input || "{}", result: text, isError };
    found.push({ root: messageId, at: record, part });
  }
  found.sort((a, b) => byCreation(a.at, b.at));
  const answers = new Map<string, EnginePart[]>();
  for (const { root, part } of found) {
    const parts = answers.get(root);
    if (parts === undefined) answers.set(root, [part]);
    else parts.push(part);
  }
  return answers;
}

function byCreation(a: EntityRecord, b: EntityRecord): number {
  if (a.createdOrdinal === b.createdOrdinal) return a.createdIndex - b.createdIndex;
  return a.createdOrdinal < b.createdOrdinal ? -1 : 1;
}
