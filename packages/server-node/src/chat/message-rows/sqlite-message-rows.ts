/** Owns a messages table in a SQLite database of the application's. Does not open or close it. */
import type { MessageRowStore } from "@sessionstream/protocol/message-rows";
import { connectionOver, type SqliteHandle } from "../../storage/sqlite/driver.ts";
import { checkTableName, columnsOf, ROW_COLUMNS, rowOf } from "./sql-row.ts";

export interface SqliteMessageRowsOptions {
  /** An open database of better-sqlite3, libsql or node:sqlite. It stays the caller's to close. */
  readonly database: SqliteHandle;
  /** Made if it is not there. Default `message_row`. */
  readonly table?: string;
}

/** @throws SessionStreamError `invalid_options` for a name that would need quotes */
export function sqliteMessageRows({ database, table = "message_row" }: SqliteMessageRowsOptions): MessageRowStore {
  const connection = connectionOver(database);
  const name = checkTableName(table);
  connection.exec(`CREATE TABLE IF NOT EXISTS ${name} (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id    TEXT NOT NULL,
    key          TEXT NOT NULL,
    author_role  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    status       TEXT,
    text_preview TEXT NOT NULL,
    at           REAL NOT NULL,
    blocks       TEXT NOT NULL,
    usage        TEXT,
    UNIQUE (thread_id, key)
  )`);
  connection.exec(`CREATE INDEX IF NOT EXISTS ${name}_by_seq ON ${name.split(".").at(-1)} (thread_id, seq)`);
  const select = connection.prepare(`SELECT * FROM ${name} WHERE thread_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`);
  const insert = connection.prepare(
    `INSERT INTO ${name} (${ROW_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (thread_id, key) DO NOTHING`,
  );
  const remove = connection.prepare(`DELETE FROM ${name} WHERE thread_id = ?`);
  return {
    async loadMessages(threadId, { before = Number.MAX_SAFE_INTEGER, limit } = { limit: EVERYTHING }) {
      return select.all(threadId, before, limit).map(rowOf).reverse();
    },
    async appendMessage(row) {
      insert.run(...columnsOf(row));
    },
    async removeMessages(threadId) {
      remove.run(threadId);
    },
  };
}

/** As SQLite says it. */
const EVERYTHING = -1;
