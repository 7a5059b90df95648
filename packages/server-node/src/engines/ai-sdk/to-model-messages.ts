import type { ChatAttachment } from "@sessionstream/protocol/chat/v1";
import type { AssistantContent, JSONValue, ModelMessage, ToolContent, UserContent } from "ai";
import type { CallAnswer, EngineMessage, EnginePart, EngineRequest } from "../../chat/engine/engine.ts";

/** Where a model may fetch an attachment; `null` keeps it from the model. */
export type AttachmentUrl = (attachment: ChatAttachment) => URL | null;

/** The turns before and the prompt, as the AI SDK wants them. */
export function toModelMessages(
  request: Pick<EngineRequest, "history" | "prompt" | "attachments" | "resumed">,
  attachmentUrl: AttachmentUrl,
): ModelMessage[] {
  const { prompt: text, attachments, resumed } = request;
  const turns: readonly EngineMessage[] = [...request.history, { role: "user", text, attachments }];
  const messages = turns.flatMap((turn) =>
    turn.role === "user"
      ? [{ role: "user" as const, content: userContent(turn.text, turn.attachments, attachmentUrl) }]
      : assistantMessages(turn.parts),
  );
  return resumed === null
    ? messages
    : [...messages, ...assistantMessages(resumed.parts), ...answeredCalls(resumed.answers)];
}

/** The calls people were asked about and what they said, last: the AI SDK then executes what was approved. */
function answeredCalls(answers: readonly CallAnswer[]): ModelMessage[] {
  const asked = answers.flatMap(({ toolCallId, toolName, input }) => [
    { type: "tool-call" as const, toolCallId, toolName, input: parsed(input) ?? {} },
    { type: "tool-approval-request" as const, approvalId: toolCallId, toolCallId },
  ]);
  const said = answers.map((answer) => ({
    type: "tool-approval-response" as const,
    approvalId: answer.toolCallId,
    approved: answer.decision === "approved",
    ...(answer.decision === "approved" ? {} : { reason: answer.error }),
  }));
  return [
    { role: "assistant", content: asked },
    { role: "tool", content: said },
  ];
}

function userContent(text: string, attachments: readonly ChatAttachment[], attachmentUrl: AttachmentUrl): UserContent {
  const images = attachments.flatMap((attachment) => {
    const url = attachment.mediaType.startsWith("image/") ? attachmentUrl(attachment) : null;
    return url === null ? [] : [{ type: "image" as const, image: url, mediaType: attachment.mediaType }];
  });
  if (images.length === 0) return text;
  return text === "" ? images : [{ type: "text", text }, ...images];
}

/** Text and calls up to the last of a row of calls are one message, their results the next. */
function assistantMessages(parts: readonly EnginePart[]): ModelMessage[] {
  const messages: ModelMessage[] = [];
  let said: Exclude<AssistantContent, string> = [];
  let results: ToolContent = [];
  const close = () => {
    if (said.length > 0) messages.push({ role: "assistant", content: said });
    if (results.length > 0) messages.push({ role: "tool", content: results });
    said = [];
    results = [];
  };
  for (const part of parts) {
    if (part.type === "text") {
      if (results.length > 0) close();
      said.push({ type: "text", text: part.text });
      continue;
    }
    const { toolCallId, toolName } = part;
    said.push({ type: "tool-call", toolCallId, toolName, input: parsed(part.input) ?? {} });
    results.push({ type: "tool-result", toolCallId, toolName, output: toolOutput(part) });
  }
  close();
  return messages;
}

function toolOutput({ result, isError }: Extract<EnginePart, { type: "tool-call" }>) {
  if (isError) return { type: "error-text" as const, value: result };
  const value = parsed(result);
  return value === undefined ? { type: "text" as const, value: result } : { type: "json" as const, value };
}

/** `undefined` for text that is no JSON, which a result may be and a shortened input is. */
function parsed(text: string): JSONValue | undefined {
  try {
    // CAST: what JSON.parse gives is JSON.
    return JSON.parse(text) as JSONValue;
  } catch {
    return undefined;
  }
}
