/**
 * Owns what a row says, as pieces of a chat: one for a row that was written for one, one per piece for a row of the
 * application's own, whose text becomes one message.
 */
import type { JsonObject, JsonValue } from "../json.ts";
import type { Answers } from "./answers.ts";
import { type ChatPiece, MESSAGE, TOOL_CALL, TOOL_RESULT, typed } from "./chat-piece.ts";
import type { ContentBlock, MessageRow } from "./message-row.ts";

export function piecesOfRow(row: MessageRow, cards: ReadonlySet<string>, answers: Answers): readonly ChatPiece[] {
  const written = writtenPiece(row, cards);
  return written === null ? ownPieces(row, cards, answers) : [written];
}

/** `null`: a row of somebody else. */
function writtenPiece(row: MessageRow, cards: ReadonlySet<string>): ChatPiece | null {
  const slash = row.key.indexOf("/");
  const kind = row.key.slice(0, slash);
  const block = row.blocks[0];
  const payload = block === undefined ? null : writtenPayload(kind, block, cards);
  return payload === null ? null : { kind, id: row.key.slice(slash + 1), payload };
}

function writtenPayload(kind: string, block: ContentBlock, cards: ReadonlySet<string>): JsonObject | null {
  if (kind === MESSAGE && (block.type === "text" || block.type === "reasoning")) {
    return { ...typed(MESSAGE), ...block.details, content: block.text };
  }
  if (kind === TOOL_CALL && block.type === "tool_use") return toolCall(block);
  if (kind === TOOL_RESULT && block.type === "tool_result") return toolResult(block);
  return block.type === "card" && block.card === kind && cards.has(kind) ? (block.details ?? {}) : null;
}

type Block<Type extends ContentBlock["type"]> = Extract<ContentBlock, { readonly type: Type }>;

function toolCall({ id: toolCallId, name: toolName, input, details }: Block<"tool_use">): JsonObject {
  return { ...typed(TOOL_CALL), ...details, toolCallId, toolName, input: jsonText(input) };
}

function toolResult({ tool_use_id: toolCallId, name, content, details }: Block<"tool_result">): JsonObject {
  return { ...typed(TOOL_RESULT), ...details, toolCallId, toolName: name ?? "", result: jsonText(content) };
}

function ownPieces(row: MessageRow, cards: ReadonlySet<string>, answers: Answers): readonly ChatPiece[] {
  const root = row.authorRole === "agent" ? { parentMessageId: answers.ownRoot() } : {};
  const messageOf = (id: string, role: string, content: string): ChatPiece => ({
    kind: MESSAGE,
    id,
    payload: {
      ...typed(MESSAGE),
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
  const pieces = [...message, ...others];
  return pieces.length > 0 ? pieces : [messageOf(row.key, ROLES[row.authorRole], row.textPreview)];
}

function ownPiece(
  block: ContentBlock,
  id: string,
  messageOf: (id: string, role: string, content: string) => ChatPiece,
  answers: Answers,
  cards: ReadonlySet<string>,
): readonly ChatPiece[] {
  const messageId = answers.ownRoot();
  switch (block.type) {
    case "reasoning":
      return [messageOf(id, "thinking", block.text)];
    case "error":
      return [messageOf(id, "error", block.message)];
    case "tool_use": {
      const payload = { messageId, status: "completed", ...toolCall(block) };
      return [{ kind: TOOL_CALL, id: block.id, payload }];
    }
    case "tool_result": {
      const outcome =
        block.is_error === true ? { status: "failed", error: jsonText(block.content) } : { status: "completed" };
      const payload = { messageId, ...outcome, ...toolResult(block) };
      return [{ kind: TOOL_RESULT, id: `${block.tool_use_id}:result`, payload }];
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

/** The chat keeps arguments and results as text. */
function jsonText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
