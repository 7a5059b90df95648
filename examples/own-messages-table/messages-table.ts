// Your own messages table behind sessionstream: three functions over whatever database you have, here SQLite.
// `fromMessageRows(messagesTable(database))` is the `storage` of a hub.
import type { MessageRow, MessageRowStore } from "@sessionstream/server-node/message-rows";
import type Database from "libsql";

const TABLE = `
  CREATE TABLE IF NOT EXISTS messages (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id    TEXT NOT NULL,
    key          TEXT NOT NULL,
    author_role  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    blocks       TEXT NOT NULL,
    text_preview TEXT NOT NULL,
    at           INTEGER NOT NULL,
    UNIQUE (thread_id, key)
  )`;

interface Columns {
  seq: number;
  thread_id: string;
  key: string;
  author_role: MessageRow["authorRole"];
  kind: MessageRow["kind"];
  blocks: string;
  text_preview: string;
  at: number;
}

export function messagesTable(database: Database.Database): MessageRowStore {
  database.exec(TABLE);
  const select = database.prepare("SELECT * FROM messages WHERE thread_id = ? ORDER BY seq");
  const insert = database.prepare(
    `INSERT INTO messages (thread_id, key, author_role, kind, blocks, text_preview, at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (thread_id, key) DO NOTHING`,
  );
  const remove = database.prepare("DELETE FROM messages WHERE thread_id = ?");
  return {
    async loadMessages(threadId) {
      // CAST: the columns of the table above.
      return (select.all(threadId) as Columns[]).map(toRow);
    },
    async appendMessage({ threadId, key, authorRole, kind, blocks, textPreview, at }) {
      insert.run(threadId, key, authorRole, kind, JSON.stringify(blocks), textPreview, at);
    },
    async removeMessages(threadId) {
      remove.run(threadId);
    },
  };
}

function toRow({ seq, thread_id, key, author_role, kind, blocks, text_preview, at }: Columns): MessageRow {
  const textPreview = text_preview;
  return { seq, threadId: thread_id, key, authorRole: author_role, kind, blocks: JSON.parse(blocks), textPreview, at };
}
