/**
 * Owns how a settled chat entity becomes a row. What a reader of the table wants to see is in the block; everything
 * else the entity says goes to `details`, so that nothing is lost on the way back.
 */
import { entityKey, type JsonObject, type JsonValue } from "@sessionstream/protocol";
import {
  type ContentBlock,
  cutPreview,
  type NewMessageRow,
  type RowStatus,
} from "@sessionstream/protocol/message-rows";
import type { StoredEntity } from "../../storage/contract.ts";
import { ChatMessage, ChatToolCall, ChatToolResult } from "../kinds.ts";

/** `null`: not a piece of the conversation, removed, or not finished yet. */
export function rowOfEntity(entity: StoredEntity, threadId: string, cards: ReadonlySet<string>): NewMessageRow | null {
  if (entity.removed || entity.open) return null;
  const shown = show(entity, cards);
  if (shown === null) return null;
  const key = entityKey(entity.kind, entity.id);
  return {
    key,
    threadId,
    authorRole: shown.authorRole,
    kind: shown.kind,
    blocks: [shown.block],
    textPreview: cutPreview(shown.preview),
    at: entity.createdAt,
    status: shown.status,
  };
}

const ABORTED: ReadonlySet<string> = new Set(["stopped", "interrupted", "cancelled"]);

interface Shown {
  readonly authorRole: NewMessageRow["authorRole"];
  readonly kind: NewMessageRow["kind"];
  readonly block: ContentBlock;
  readonly preview: string;
  readonly status: RowStatus;
}

function show(entity: StoredEntity, cards: ReadonlySet<string>): Shown | null {
  switch (entity.kind) {
    case ChatMessage.kind:
      return showMessage(fieldsOf(entity));
    case ChatToolCall.kind:
      return showToolCall(fieldsOf(entity));
    case ChatToolResult.kind:
      return showToolResult(fieldsOf(entity));
    default:
      return cards.has(entity.kind) ? showCard(entity) : null;
  }
}

function showMessage({ content, ...details }: JsonObject): Shown {
  const text = textOf(content);
  const shown = { preview: text, status: rowStatus(details) };
  const block = { type: "text", text, details: filled(details) } as const;
  switch (details["role"]) {
    case "user":
      return { ...shown, authorRole: "user", kind: "text", block };
    case "assistant":
      return { ...shown, authorRole: "agent", kind: "text", block };
    case "thinking":
      return { ...shown, authorRole: "agent", kind: "event", block: { ...block, type: "reasoning" } };
    default:
      return { ...shown, authorRole: "system", kind: "event", block };
  }
}

function showToolCall({ toolCallId, toolName, input, ...details }: JsonObject): Shown {
  const name = textOf(toolName);
  const block = {
    type: "tool_use",
    id: textOf(toolCallId),
    name,
    input: textOf(input),
    details: filled(details),
  } as const;
  return { authorRole: "agent", kind: "event", block, preview: `[${name}]`, status: rowStatus(details) };
}

function showToolResult({ toolCallId, toolName, result, ...details }: JsonObject): Shown {
  const name = textOf(toolName);
  const block = {
    type: "tool_result",
    tool_use_id: textOf(toolCallId),
    name,
    content: textOf(result),
    is_error: textOf(details["error"]) !== "",
    details: filled(details),
  } as const;
  return { authorRole: "system", kind: "event", block, preview: `[${name}]`, status: rowStatus(details) };
}

function showCard(entity: StoredEntity): Shown {
  // CAST: payloads are JSON objects, written by the hub.
  const details = JSON.parse(entity.payload) as JsonObject;
  return {
    authorRole: "agent",
    kind: "card",
    block: { type: "card", card: entity.kind, details },
    preview: `[${entity.kind}]`,
    status: "complete",
  };
}

function rowStatus({ status, error }: JsonObject): RowStatus {
  if (status === "error" || status === "failed" || textOf(error) !== "") return "error";
  return ABORTED.has(textOf(status)) ? "aborted" : "complete";
}

function fieldsOf(entity: StoredEntity): JsonObject {
  // CAST: payloads are JSON objects, written by the hub.
  const { "@type": _, ...fields } = JSON.parse(entity.payload) as JsonObject;
  return fields;
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
