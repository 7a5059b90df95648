/** Owns a row as the columns of the SQL stores: what people query is a column, the rest is JSON text. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { MessageRow, NewMessageRow } from "@sessionstream/protocol/message-rows";

/** Without `seq`, which the table assigns. */
export const ROW_COLUMNS = "thread_id, key, author_role, kind, status, text_preview, at, blocks, usage";

/** In the order of `ROW_COLUMNS`. */
export function columnsOf(row: NewMessageRow): (string | number | null)[] {
  const { threadId, key, authorRole, kind, status = null, textPreview, at, blocks, usage } = row;
  const json = usage === undefined ? null : JSON.stringify(usage);
  return [threadId, key, authorRole, kind, status, textPreview, at, JSON.stringify(blocks), json];
}

/** @throws SessionStreamError `corrupt_data` for a row that somebody else damaged */
export function rowOf(columns: Readonly<Record<string, unknown>>): MessageRow {
  const { thread_id, key, author_role, kind, status, text_preview, at, blocks, usage, seq } = columns;
  try {
    // CAST: what `columnsOf` wrote; whoever writes rows of their own writes the same.
    return {
      seq: Number(seq),
      threadId: thread_id,
      key,
      authorRole: author_role,
      kind,
      ...(status !== null && { status }),
      textPreview: text_preview,
      at: Number(at),
      blocks: JSON.parse(String(blocks)),
      ...(usage !== null && { usage: JSON.parse(String(usage)) }),
    } as MessageRow;
  } catch (cause) {
    throw new SessionStreamError("corrupt_data", `The row ${String(key)} of the messages table cannot be read.`, {
      cause,
    });
  }
}

/** Names go into statements as they are: only those that need no quotes. */
export function checkTableName(table: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/.test(table)) return table;
  throw new SessionStreamError(
    "invalid_options",
    `"${table}" cannot be the name of a table here: use lower-case letters, digits and _, and at most one schema before a dot.`,
  );
}
