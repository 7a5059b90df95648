/**
 * Owns what a row says, as entities of the chat: one for a row this adapter wrote, one per piece for a row of the
 * application's own, whose text becomes one message.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import type { JsonObject, JsonValue } from "@sessionstream/protocol";
import type { ContentBlock, MessageRow } from "@sessionstream/protocol/message-rows";
import { ChatMessage, ChatToolCall, ChatToolResult } from "../kinds.ts";
import { toolResultId } from "../message-ids.ts";
import type { Answers } from "./answers.ts";

export interface Content {
  readonly kind: string;
  readonly id: string;
  readonly payload: JsonObject;
}

export function contentsOfRow(row: MessageRow, cards: ReadonlySet<string>, answers: Answers): readonly Content[] {
  const written = writtenContent(row, cards);
  return written === null ? ownContents(row, cards, answers) : [written];
}

/** `null`: a row this adapter did not write. */
function writtenContent(row: MessageRow, cards: ReadonlySet<string>): Content | null {
  const slash = row.key.indexOf("/");
  const kind = row.key.slice(0, slash);
  const block = row.blocks[0];
  const payload = block === undefined ? null : writtenPayload(kind, block, cards);
  return payload === null ? null : { kind, id: row.key.slice(slash + 1), payload };
}

function writtenPayload(kind: string, block: ContentBlock, cards: ReadonlySet<string>): JsonObject | null {
  if (kind === ChatMessage.kind && (block.type === "text" || block.type === "reasoning")) {
    return { ...typed(ChatMessage.schema), ...block.details, content: block.text };
  }
  if (kind === ChatToolCall.kind && block.type === "tool_use") return toolCall(block);
  if (kind === ChatToolResult.kind && block.type === "tool_result") return toolResult(block);
  return block.type === "card" && block.card === kind && cards.has(kind) ? (block.details ?? {}) : null;
}

type Block<Type extends ContentBlock["type"]> = Extract<ContentBlock, { readonly type: Type }>;

function toolCall({ id: toolCallId, name: toolName, input, details }: Block<"tool_use">): JsonObject {
  return { ...typed(ChatToolCall.schema), ...details, toolCallId, toolName, input: jsonText(input) };
}

function toolResult({ tool_use_id: toolCallId, name, content, details }: Block<"tool_result">): JsonObject {
  return { ...typed(ChatToolResult.schema), ...details, toolCallId, toolName: name ?? "", result: jsonText(content) };
}

function ownContents(row: MessageRow, cards: ReadonlySet<string>, answers: Answers): readonly Content[] {
  const root = row.authorRole === "agent" ? { parentMessageId: answers.ownRoot() } : {};
  const messageOf = (id: string, role: string, content: string): Content => ({
    kind: ChatMessage.kind,
    id,
    payload: {
      ...typed(ChatMessage.schema),
      messageId: id,
      role,
      content,
      status: MESSAGE_STATUS[row.status ?? "complete"],
      final: true,
      ...root,
    },
  });
  const text = row.blocks.map((block) => (block.type === "text" ? block.text : "")).join("");
  const message = text === "" ? [] : [messageOf(row.key, ROLES[row.authorRole], text)];
  const others = row.blocks.flatMap((block, index) =>
    ownPiece(block, `${row.key}:${index}`, messageOf, answers, cards),
  );
  const contents = [...message, ...others];
  return contents.length > 0 ? contents : [messageOf(row.key, ROLES[row.authorRole], row.textPreview)];
}

function ownPiece(
  block: ContentBlock,
  id: string,
  messageOf: (id: string, role: string, content: string) => Content,
  answers: Answers,
  cards: ReadonlySet<string>,
): readonly Content[] {
  const messageId = answers.ownRoot();
  switch (block.type) {
    case "reasoning":
      return [messageOf(id, "thinking", block.text)];
    case "error":
      return [messageOf(id, "error", block.message)];
    case "tool_use": {
      const payload = { messageId, status: "completed", ...toolCall(block) };
      return [{ kind: ChatToolCall.kind, id: block.id, payload }];
    }
    case "tool_result": {
      const outcome =
        block.is_error === true ? { status: "failed", error: jsonText(block.content) } : { status: "completed" };
      const payload = { messageId, ...outcome, ...toolResult(block) };
      return [{ kind: ChatToolResult.kind, id: toolResultId(block.tool_use_id), payload }];
    }
    case "card":
      return cards.has(block.card) && block.details !== undefined
        ? [{ kind: block.card, id, payload: block.details }]
        : [];
    default:
      // Text is in the message; of a newer writer's blocks the preview remains.
      return [];
  }
}

const ROLES: Readonly<Record<MessageRow["authorRole"], string>> = {
  user: "user",
  agent: "assistant",
  // Shown, and never heard by the model.
  system: "warning",
};

const MESSAGE_STATUS: Readonly<Record<NonNullable<MessageRow["status"]>, string>> = {
  complete: "finished",
  aborted: "stopped",
  error: "error",
};

export function typed(schema: DescMessage): JsonObject {
  return { "@type": `type.googleapis.com/${schema.typeName}` };
}

/** The chat keeps arguments and results as text. */
function jsonText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
