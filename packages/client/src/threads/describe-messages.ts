/** Owns what a list shows of a conversation, from its messages: the server's rules, for what a client sees by itself. */
import type { JsonValue } from "@sessionstream/protocol";
import { CHAT_KINDS } from "../thread/chat-payload.ts";
import type { TimelineEntity } from "../timeline/entity.ts";

const PREVIEW_LENGTH = 160;
const TITLE_LENGTH = 120;
/** Far more than an excerpt needs, far less than a message may have. */
const READ_AT_MOST = 4_096;
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
  /** Ascending. */
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
    title: excerpt(textOf(own[0]), TITLE_LENGTH),
    preview: excerpt(textOf(last), PREVIEW_LENGTH),
    createdAt: first.createdAt,
    lastActivityAt: last.updatedAt,
    lastMessageOrdinal: last.createdOrdinal,
    ownOrdinal: own.at(-1)?.createdOrdinal ?? 0n,
    messages: said.map(({ createdOrdinal }) => createdOrdinal),
  };
}

/** Thoughts are no messages, and what is being said is one when it is said. */
function isSaid(entity: TimelineEntity): boolean {
  return (
    entity.kind === CHAT_KINDS.message && !entity.open && ROLES.has(entity.payload["role"]) && textOf(entity) !== ""
  );
}

function textOf(entity: TimelineEntity | undefined): string {
  const { content, attachments } = entity?.payload ?? {};
  if (typeof content === "string" && content.trim() !== "") return content;
  return Array.isArray(attachments) ? attachments.map(filenameOf).join(", ") : "";
}

function filenameOf(attachment: JsonValue): string {
  const isObject = typeof attachment === "object" && attachment !== null && "filename" in attachment;
  return isObject ? String(attachment["filename"] ?? "") : "";
}

/** One line, cut between code points. */
function excerpt(text: string, length: number): string {
  const line = text
    .slice(0, READ_AT_MOST)
    .replace(/[\s\p{Cc}\p{Cs}]+/gu, " ")
    .trim();
  const points = [...line];
  return points.length <= length
    ? line
    : `${points
        .slice(0, length - 1)
        .join("")
        .trimEnd()}…`;
}
