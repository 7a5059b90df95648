/**
 * Owns how a settled piece of a chat becomes a row. What a reader of the table wants to see is in the block; everything
 * else the piece says goes to `details`, so that nothing is lost on the way back.
 */
import { entityKey } from "../ids.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { type ChatPiece, MESSAGE, TOOL_CALL, TOOL_RESULT } from "./chat-piece.ts";
import type { ContentBlock, NewMessageRow, RowStatus } from "./message-row.ts";
import { textPreviewOf } from "./text-preview.ts";

export interface RowContext {
  readonly threadId: string;
  /** When the piece was begun. */
  readonly at: number;
  /** Kinds beside the chat's own that are rows. */
  readonly cards: ReadonlySet<string>;
}

/** Of a piece that has settled. `null`: it is not for readers of the conversation. */
export function rowOfPiece(piece: ChatPiece, { threadId, at, cards }: RowContext): NewMessageRow | null {
  const shown = show(piece, cards);
  if (shown === null) return null;
  const key = entityKey(piece.kind, piece.id);
  return {
    key,
    threadId,
    authorRole: shown.authorRole,
    kind: shown.kind,
    blocks: [shown.block],
    textPreview: textPreviewOf([shown.block]),
    at,
    status: shown.status,
  };
}

const ABORTED: ReadonlySet<string> = new Set(["stopped", "interrupted", "cancelled"]);

interface Shown {
  readonly authorRole: NewMessageRow["authorRole"];
  readonly kind: NewMessageRow["kind"];
  readonly block: ContentBlock;
  readonly status: RowStatus;
}

function show({ kind, payload }: ChatPiece, cards: ReadonlySet<string>): Shown | null {
  const { "@type": _, ...fields } = payload;
  switch (kind) {
    case MESSAGE:
      return showMessage(fields);
    case TOOL_CALL:
      return showToolCall(fields);
    case TOOL_RESULT:
      return showToolResult(fields);
    default:
      return cards.has(kind) ? showCard(kind, payload) : null;
  }
}

function showMessage({ content, ...details }: JsonObject): Shown {
  const text = textOf(content);
  const status = rowStatus(details);
  const block = { type: "text", text, details: filled(details) } as const;
  switch (details["role"]) {
    case "user":
      return { authorRole: "user", kind: "text", block, status };
    case "assistant":
      return { authorRole: "agent", kind: "text", block, status };
    case "thinking":
      return { authorRole: "agent", kind: "event", block: { ...block, type: "reasoning" }, status };
    default:
      return { authorRole: "system", kind: "event", block, status };
  }
}

function showToolCall({ toolCallId, toolName, input, ...details }: JsonObject): Shown {
  const block = {
    type: "tool_use",
    id: textOf(toolCallId),
    name: textOf(toolName),
    input: textOf(input),
    details: filled(details),
  } as const;
  return { authorRole: "agent", kind: "event", block, status: rowStatus(details) };
}

function showToolResult({ toolCallId, toolName, result, ...details }: JsonObject): Shown {
  const block = {
    type: "tool_result",
    tool_use_id: textOf(toolCallId),
    name: textOf(toolName),
    content: textOf(result),
    is_error: textOf(details["error"]) !== "",
    details: filled(details),
  } as const;
  return { authorRole: "system", kind: "event", block, status: rowStatus(details) };
}

function showCard(card: string, details: JsonObject): Shown {
  return {
    authorRole: "agent",
    kind: "card",
    block: { type: "card", card, details },
    status: "complete",
  };
}

function rowStatus({ status, error }: JsonObject): RowStatus {
  if (status === "error" || status === "failed" || textOf(error) !== "") return "error";
  return ABORTED.has(textOf(status)) ? "aborted" : "complete";
}

function textOf(field: JsonValue | undefined): string {
  return typeof field === "string" ? field : "";
}

/** Zero values say nothing: fields of the chat's entities have no presence of their own. */
function filled(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => !isZero(field)));
}

function isZero(field: JsonValue): boolean {
  return (
    field === "" || field === false || field === 0 || field === null || (Array.isArray(field) && field.length === 0)
  );
}
