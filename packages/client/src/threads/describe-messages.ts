/** Owns what a list shows of a conversation, from its messages: the server's rules, for what a client sees by itself. */
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  messageExcerpt,
  PREVIEW_LENGTH,
  RECENT_MESSAGES,
  TITLE_LENGTH,
} from "@sessionstream/protocol";
import { CHAT_KINDS } from "../thread/chat-payload.ts";
import type { TimelineEntity } from "../timeline/entity.ts";

const ROLES: ReadonlySet<unknown> = new Set(["user", "assistant", "error"]);

export interface DescribedMessages {
  /** Of the first prompt among them. */
  readonly title: string;
  readonly preview: string;
  readonly createdAt: number;
  readonly lastActivityAt: number;
  readonly lastMessageOrdinal: bigint;
  /** Of the newest own message: who writes has read. */
  readonly ownOrdinal: bigint;
  /** The newest ones that can be counted, ascending. */
  readonly messages: readonly bigint[];
}

/** @param entities in display order. `null`: nothing was said. */
export function describeMessages(entities: readonly TimelineEntity[]): DescribedMessages | null {
  const said = entities.filter(isSaid);
  const [first] = said;
  const last = said.at(-1);
  if (first === undefined || last === undefined) return null;
  const own = said.filter(({ payload }) => payload["role"] === "user");
  return {
    title: excerptOf(own[0], TITLE_LENGTH),
    preview: excerptOf(last, PREVIEW_LENGTH),
    createdAt: first.createdAt,
    lastActivityAt: last.updatedAt,
    lastMessageOrdinal: last.createdOrdinal,
    ownOrdinal: own.at(-1)?.createdOrdinal ?? 0n,
    messages: said.slice(-RECENT_MESSAGES).map(({ createdOrdinal }) => createdOrdinal),
  };
}

/** What came after the read ordinal and after one's own newest message. */
export function countUnread(
  { messages, ownOrdinal }: Pick<DescribedMessages, "messages" | "ownOrdinal">,
  readOrdinal: bigint,
): number {
  return messages.filter((ordinal) => ordinal > ownOrdinal && ordinal > readOrdinal).length;
}

/** Thoughts are no messages, and what is being said is one when it is said. */
function isSaid({ kind, open, payload }: TimelineEntity): boolean {
  if (kind !== CHAT_KINDS.message || open || !ROLES.has(payload["role"])) return false;
  return textOf(payload["content"]).trim() !== "" || filenamesOf(payload).some((filename) => filename !== "");
}

function excerptOf(message: TimelineEntity | undefined, length: number): string {
  if (message === undefined) return "";
  return messageExcerpt(textOf(message.payload["content"]), filenamesOf(message.payload), length);
}

function filenamesOf({ attachments }: JsonObject): readonly string[] {
  return Array.isArray(attachments) ? attachments.map(filenameOf) : [];
}

function filenameOf(attachment: JsonValue): string {
  return isJsonObject(attachment) ? textOf(attachment["filename"]) : "";
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
