/** Owns what an adapter keeps of a session, and what a principal is shown of it: the same in every adapter. */
import { excerpt, PREVIEW_LENGTH, RECENT_MESSAGES, type ThreadMarks, TITLE_LENGTH } from "@sessionstream/protocol";
import type { DirectoryEntry, DirectoryMessage, SessionActivity } from "./contract.ts";

export interface StoredEntry extends SessionActivity {
  /** By hand; `null`: the derived title is shown. */
  readonly givenTitle: string | null;
}

export const NO_MARK: ThreadMarks = { pinned: false, muted: false, archived: false, readOrdinal: 0n };

/** As it is kept: texts cut, only the newest messages. */
export function keepable(activity: SessionActivity): SessionActivity {
  return {
    ...activity,
    title: excerpt(activity.title, TITLE_LENGTH),
    preview: excerpt(activity.preview, PREVIEW_LENGTH),
    messages: activity.messages.slice(-RECENT_MESSAGES),
  };
}

export function readableTitle(title: string): string | null {
  return excerpt(title, TITLE_LENGTH) || null;
}

export function entryFor(principal: string, stored: StoredEntry, mark: ThreadMarks): DirectoryEntry {
  const { session, owner, preview, createdAt, lastActivityAt, messages } = stored;
  return {
    session,
    owner,
    title: stored.givenTitle ?? stored.title,
    preview,
    createdAt,
    lastActivityAt,
    lastMessageOrdinal: messages.at(-1)?.ordinal ?? 0n,
    ...mark,
    unread: messages.filter(({ ordinal }) => ordinal > readUpTo(principal, messages, mark)).length,
  };
}

function readUpTo(principal: string, messages: readonly DirectoryMessage[], { readOrdinal }: ThreadMarks): bigint {
  const own = messages.findLast(({ author }) => author === principal)?.ordinal ?? 0n;
  return own > readOrdinal ? own : readOrdinal;
}
