/** Owns what of a chat can be a row: its kinds of entities and their payload types by name, as a server's schemas have them. */
import type { JsonObject } from "../json.ts";

export interface ChatPiece {
  readonly kind: string;
  readonly id: string;
  /** Protobuf JSON; fields without a value may be missing. */
  readonly payload: JsonObject;
}

export const MESSAGE = "ChatMessage";
export const TOOL_CALL = "ChatToolCall";
export const TOOL_RESULT = "ChatToolResult";
/** No row: inferred. */
export const RUN = "ChatRun";

const ROW_KINDS: readonly string[] = [MESSAGE, TOOL_CALL, TOOL_RESULT];

const TYPES = {
  [MESSAGE]: "ChatMessageEntity",
  [TOOL_CALL]: "ToolCallEntity",
  [TOOL_RESULT]: "ToolResultEntity",
  [RUN]: "RunEntity",
};

export function isRowKind(kind: string, cards: ReadonlySet<string>): boolean {
  return ROW_KINDS.includes(kind) || cards.has(kind);
}

export function typed(kind: keyof typeof TYPES): JsonObject {
  return { "@type": `type.googleapis.com/sessionstream.chat.v1.${TYPES[kind]}` };
}
