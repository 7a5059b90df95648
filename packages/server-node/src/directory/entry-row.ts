/** Owns the way from a database's row to what a principal is shown, whichever driver read it. */
import { parseOrdinal } from "@sessionstream/protocol";
import { flag, integer, list, readSessionKey, real, type StoredRow, text, textOrNull } from "../storage/rows.ts";
import type { DirectoryEntry, DirectoryMessage } from "./contract.ts";
import { entryFor } from "./stored-entry.ts";

/** `row`: of the entry, together with the principal's marks. */
export function readEntry(principal: string, row: StoredRow): DirectoryEntry {
  const entry = {
    session: readSessionKey(row),
    owner: text(row, "owner"),
    title: text(row, "title"),
    givenTitle: textOrNull(row, "given_title"),
    preview: text(row, "preview"),
    createdAt: real(row, "created_at"),
    lastActivityAt: real(row, "last_activity_at"),
    ordinal: integer(row, "ordinal"),
    messages: list(row, "messages", messageOf),
  };
  return entryFor(principal, entry, {
    pinned: flag(row, "pinned"),
    muted: flag(row, "muted"),
    archived: flag(row, "archived"),
    readOrdinal: integer(row, "read_ordinal"),
  });
}

/** The column `messages`, as one text: `[["12","ada"],["15",null]]`. */
export function messagesText(messages: readonly DirectoryMessage[]): string {
  return JSON.stringify(messages.map(({ ordinal, author }) => [ordinal.toString(), author]));
}

function messageOf(item: unknown): DirectoryMessage | null {
  const [written, author]: unknown[] = Array.isArray(item) ? item : [];
  const ordinal = typeof written === "string" ? parseOrdinal(written) : null;
  return ordinal !== null && (author === null || typeof author === "string") ? { ordinal, author } : null;
}
