/**
 * Owns how a message becomes rows: contiguous text is one group, a tool call and its result are one, whatever else is
 * one by itself. A group is named by its message and its place among the message's blocks, counted after every result
 * has moved to its call and as if every call had one. So the names survive storing, reading and grouping again, also
 * when some groups are missing.
 */
import type { ContentBlock, MessageRow, NewMessageRow, RowStatus, TokenUsage } from "./message-row.ts";
import { extractRender } from "./render-payload.ts";
import { textPreviewOf } from "./text-preview.ts";

export interface ContentMessage {
  readonly id: string;
  readonly role: "user" | "assistant" | "system";
  readonly blocks: readonly ContentBlock[];
  readonly streaming: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly status: RowStatus;
  readonly usage?: TokenUsage;
  /** Of a message made of rows: the place of each block, by which its groups find their names again. */
  readonly places?: readonly number[];
}

/** A row that belongs to no thread yet. */
export type ContentGroup = Omit<NewMessageRow, "threadId" | "status"> & { readonly status: RowStatus };

export interface GroupOptions {
  /** Tools whose calls are widgets whatever they return, unless they failed. */
  readonly cardTools?: readonly string[];
}

/** None while the message streams. */
export function groupsOfMessage(message: ContentMessage, options: GroupOptions = {}): readonly ContentGroup[] {
  if (message.streaming) return [];
  const { id, role, at, status, usage } = message;
  return joinTexts(piecesOf(message)).map(({ blocks, place }) => ({
    key: `${id}-${place}`,
    authorRole: role === "assistant" ? "agent" : role,
    kind: kindOf(blocks, options),
    blocks,
    textPreview: textPreviewOf(blocks),
    at,
    status,
    ...(usage !== undefined && { usage }),
  }));
}

/** The messages that groups were made of, in the order in which they first appear. Only for keys of `groupsOfMessage`. */
export function messagesOfGroups(groups: readonly (ContentGroup | MessageRow)[]): readonly ContentMessage[] {
  const byMessage = groupBy(groups, ({ key }) => key.slice(0, key.lastIndexOf("-")));
  return [...byMessage].map(([id, own]) => messageOf(id, own));
}

interface Piece {
  readonly blocks: readonly ContentBlock[];
  readonly place: number;
}

function piecesOf({ blocks, places }: ContentMessage): readonly Piece[] {
  const calls = new Set(blocks.flatMap((block) => (block.type === "tool_use" ? [block.id] : [])));
  const results = groupBy(
    blocks.filter((block) => block.type === "tool_result"),
    (result) => result.tool_use_id,
  );
  const pieces: Piece[] = [];
  let next = 0;
  for (const [index, block] of blocks.entries()) {
    if (isEmpty(block) || (block.type === "tool_result" && calls.has(block.tool_use_id))) continue;
    const place = places?.[index] ?? next;
    if (block.type === "tool_use") {
      // Of two calls with one id the first has the results.
      pieces.push({ blocks: [block, ...(results.get(block.id) ?? [])], place });
      results.delete(block.id);
      next = place + 2;
    } else {
      pieces.push({ blocks: [block], place });
      next = place + 1;
    }
  }
  return pieces;
}

/** Some streams number blocks they never fill. */
function isEmpty(block: ContentBlock): boolean {
  return (block.type === "text" || block.type === "reasoning") && block.text === "";
}

function joinTexts(pieces: readonly Piece[]): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && continues(last, piece)) {
      joined[joined.length - 1] = { ...last, blocks: [...last.blocks, ...piece.blocks] };
    } else joined.push(piece);
  }
  return joined;
}

function continues(before: Piece, piece: Piece): boolean {
  const type = piece.blocks[0]?.type;
  const isText = type === "text" || type === "reasoning";
  return isText && before.blocks[0]?.type === type && before.place + before.blocks.length === piece.place;
}

function kindOf([first, ...results]: readonly ContentBlock[], { cardTools = [] }: GroupOptions): ContentGroup["kind"] {
  if (first?.type === "text") return "text";
  if (first?.type === "card") return "card";
  if (first?.type !== "tool_use") return "event";
  const good = results.filter((block) => block.type === "tool_result" && block.is_error !== true);
  const failed = good.length < results.length;
  const renders = good.some((block) => block.type === "tool_result" && extractRender(block.content) !== null);
  return renders || (cardTools.includes(first.name) && !failed) ? "card" : "event";
}

function messageOf(id: string, groups: readonly (ContentGroup | MessageRow)[]): ContentMessage {
  const inOrder = groups.map((group) => ({ group, place: placeOf(group.key) })).sort((a, b) => a.place - b.place);
  const placed = inOrder.flatMap(({ group, place }) =>
    group.blocks.map((block, index) => ({ block, place: place + index })),
  );
  const role = groups[0]?.authorRole ?? "agent";
  const usage = groups.find((group) => group.usage !== undefined)?.usage;
  return {
    id,
    role: role === "agent" ? "assistant" : role,
    blocks: placed.map(({ block }) => block),
    places: placed.map(({ place }) => place),
    streaming: false,
    at: Math.min(...groups.map(({ at }) => at)),
    status: groups.find(({ status = "complete" }) => status !== "complete")?.status ?? "complete",
    ...(usage !== undefined && { usage }),
  };
}

function placeOf(key: string): number {
  return Number(key.slice(key.lastIndexOf("-") + 1));
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
