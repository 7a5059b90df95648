/**
 * Owns what a list shows before the server knows it: changes under way and what the open conversation says, laid over
 * what was last loaded. Nothing is written and taken back: a change that failed is simply not there any more. Pure.
 */
import {
  compareThreads,
  countUnread,
  type DescribedMessages,
  type ThreadChange,
  type ThreadEntry,
} from "@sessionstream/client/threads";
import type { SessionId } from "@sessionstream/protocol";

export type ThreadMutation =
  | { readonly type: "update"; readonly sessionId: SessionId; readonly change: ThreadChange }
  | { readonly type: "remove"; readonly sessionId: SessionId };

/** What the open conversation says of itself. */
export interface LiveThread extends Omit<DescribedMessages, "title" | "createdAt"> {
  readonly sessionId: SessionId;
}

export function overlay(
  loaded: readonly ThreadEntry[],
  pending: readonly ThreadMutation[],
  live: LiveThread | null,
  archived: boolean,
): readonly ThreadEntry[] {
  // Between two pages a thread may have moved: it is shown once.
  const entries = new Map(loaded.map((entry) => [entry.sessionId, live === null ? entry : withLive(entry, live)]));
  for (const mutation of pending) {
    const entry = entries.get(mutation.sessionId);
    if (entry === undefined) continue;
    if (mutation.type === "remove") entries.delete(mutation.sessionId);
    else entries.set(mutation.sessionId, withChange(entry, mutation.change));
  }
  return [...entries.values()].filter((entry) => entry.archived === archived).sort(compareThreads);
}

function withLive(entry: ThreadEntry, live: LiveThread): ThreadEntry {
  if (entry.sessionId !== live.sessionId || entry.lastMessageOrdinal > live.lastMessageOrdinal) return entry;
  const { preview, lastActivityAt, lastMessageOrdinal } = live;
  const unread = countUnread(live, entry.readOrdinal);
  return { ...entry, preview, lastActivityAt, lastMessageOrdinal, unread };
}

function withChange(entry: ThreadEntry, { readOrdinal, title, ...marks }: ThreadChange): ThreadEntry {
  const read = readOrdinal !== undefined && readOrdinal > entry.readOrdinal ? readOrdinal : entry.readOrdinal;
  return {
    ...entry,
    ...marks,
    // What an empty one becomes, the server alone knows.
    title: title || entry.title,
    readOrdinal: read,
    unread: read >= entry.lastMessageOrdinal ? 0 : entry.unread,
  };
}
