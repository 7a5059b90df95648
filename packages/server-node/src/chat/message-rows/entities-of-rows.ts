/**
 * Owns how the rows of a thread become the entities of a session. Rows this adapter wrote come back as the entities
 * they were; rows of the application's own become messages. Runs have no rows: those that answered are inferred, so
 * that the model hears its own earlier answers.
 */

import type { DescMessage } from "@bufbuild/protobuf";
import type { JsonObject } from "@sessionstream/protocol";
import { ChatRunStatus, ChatRunStatusSchema } from "@sessionstream/protocol/chat/v1";
import type { StoredEntity } from "../../storage/contract.ts";
import { ChatMessage, ChatRun, ChatToolCall, ChatToolResult } from "../kinds.ts";
import { userMessageId } from "../message-ids.ts";
import type { ContentBlock, MessageRow } from "./message-row.ts";

/** One ordinal per row, in the order in which they were begun; the table has them as they were finished. */
export function entitiesOfRows(rows: readonly MessageRow[], cards: ReadonlySet<string>): readonly StoredEntity[] {
  const entities: StoredEntity[] = [];
  const answers = new Answers();
  const begun = rows.toSorted((a, b) => a.at - b.at || a.seq - b.seq);
  for (const [index, row] of begun.entries()) {
    const place = { ordinal: BigInt(index) + 1n, at: row.at };
    const content = contentOf(row, cards) ?? ownMessage(row, answers);
    entities.push(entity(content, place));
    const run = content.kind === ChatMessage.kind ? answers.meet(content) : null;
    if (run !== null) entities.push(entity(run, place));
  }
  return entities;
}

interface Content {
  readonly kind: string;
  readonly id: string;
  readonly payload: JsonObject;
}

/** `null`: a row this adapter did not write. */
function contentOf(row: MessageRow, cards: ReadonlySet<string>): Content | null {
  const slash = row.key.indexOf("/");
  const kind = row.key.slice(0, slash);
  const block = row.blocks[0];
  const payload = block === undefined ? null : payloadOf(kind, block, cards);
  return payload === null ? null : { kind, id: row.key.slice(slash + 1), payload };
}

function payloadOf(kind: string, block: ContentBlock, cards: ReadonlySet<string>): JsonObject | null {
  const { details = {} } = block;
  if (kind === ChatMessage.kind && block.type === "text") {
    return { ...typed(ChatMessage.schema), ...details, content: block.text };
  }
  if (kind === ChatToolCall.kind && block.type === "tool_use") {
    const { id: toolCallId, name: toolName, input } = block;
    return { ...typed(ChatToolCall.schema), ...details, toolCallId, toolName, input };
  }
  if (kind === ChatToolResult.kind && block.type === "tool_result") {
    const { tool_use_id: toolCallId, name: toolName, content: result } = block;
    return { ...typed(ChatToolResult.schema), ...details, toolCallId, toolName, result };
  }
  return block.type === "card" && block.card === kind && cards.has(kind) ? details : null;
}

const ROLES: Readonly<Record<MessageRow["authorRole"], string>> = {
  user: "user",
  agent: "assistant",
  system: "warning",
};

function ownMessage(row: MessageRow, answers: Answers): Content {
  const content = row.blocks.map((block) => (block.type === "text" ? block.text : "")).join("");
  const payload = {
    ...typed(ChatMessage.schema),
    messageId: row.key,
    role: ROLES[row.authorRole],
    content: content || row.textPreview,
    status: "finished",
    final: true,
    ...(row.authorRole === "agent" && { parentMessageId: answers.ownRoot() }),
  };
  return { kind: ChatMessage.kind, id: row.key, payload };
}

/** Which user message each answer belongs to, as far as the rows tell. */
class Answers {
  readonly #userMessages = new Set<string>();
  readonly #roots = new Set<string>();
  #lastUserMessage = "";

  /** Root id for an answer in a row of the application's own. */
  ownRoot(): string {
    return `answer-to-${this.#lastUserMessage}`;
  }

  /** The run a message belongs to, when the message is the first of its answer. */
  meet({ id, payload }: Content): Content | null {
    if (payload["role"] === "user") {
      this.#userMessages.add(id);
      this.#lastUserMessage = id;
      return null;
    }
    const root = payload["parentMessageId"];
    if (payload["role"] !== "assistant" || typeof root !== "string" || root === "" || this.#roots.has(root))
      return null;
    this.#roots.add(root);
    const own = userMessageId(root);
    return finishedRun(root, this.#userMessages.has(own) ? own : this.#lastUserMessage, runIdOf(payload) ?? root);
  }
}

function finishedRun(messageId: string, userMessageId: string, runId: string): Content {
  const status = ChatRunStatusSchema.value[ChatRunStatus.FINISHED]?.name ?? "";
  return {
    kind: ChatRun.kind,
    id: runId,
    payload: { ...typed(ChatRun.schema), runId, messageId, userMessageId, status },
  };
}

function runIdOf(message: JsonObject): string | null {
  const correlation = message["correlation"];
  // CAST: of the two kinds of object in JSON, this one is no list.
  const runId = typeof correlation === "object" && correlation !== null && (correlation as JsonObject)["runId"];
  return typeof runId === "string" && runId !== "" ? runId : null;
}

function typed(schema: DescMessage): JsonObject {
  return { "@type": `type.googleapis.com/${schema.typeName}` };
}

function entity(
  { kind, id, payload }: Content,
  { ordinal, at }: { readonly ordinal: bigint; readonly at: number },
): StoredEntity {
  return {
    kind,
    id,
    createdOrdinal: ordinal,
    createdIndex: 0,
    lastEventOrdinal: ordinal,
    createdAt: at,
    updatedAt: at,
    open: false,
    removed: false,
    payload: JSON.stringify(payload),
  };
}
