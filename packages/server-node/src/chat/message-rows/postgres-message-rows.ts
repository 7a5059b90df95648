/** Owns a messages table in a PostgreSQL database of the application's. The pool stays the application's, too. */
import type { MessageRowStore } from "@sessionstream/protocol/message-rows";
import type { PostgresPool } from "../../storage/postgres/pool.ts";
import { checkTableName, columnsOf, ROW_COLUMNS, rowOf } from "./sql-row.ts";

export interface PostgresMessageRowsOptions {
  /** A `Pool` of `pg`. */
  readonly pool: Pick<PostgresPool, "query">;
  /** Made if it is not there; with a schema before a dot, if that is there. Default `message_row`. */
  readonly table?: string;
}

/** @throws SessionStreamError `invalid_options` for a name that would need quotes */
export async function postgresMessageRows(options: PostgresMessageRowsOptions): Promise<MessageRowStore> {
  const { pool } = options;
  const table = checkTableName(options.table ?? "message_row");
  // Ids compare byte by byte (collation "C"). Two processes that begin at once wait for each other.
  await pool.query({
    text: `DO $$ BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('${table}'));
      CREATE TABLE IF NOT EXISTS ${table} (
        seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        thread_id    TEXT COLLATE "C" NOT NULL,
        key          TEXT COLLATE "C" NOT NULL,
        author_role  TEXT NOT NULL,
        kind         TEXT NOT NULL,
        status       TEXT,
        text_preview TEXT NOT NULL,
        at           DOUBLE PRECISION NOT NULL,
        blocks       TEXT NOT NULL,
        usage        TEXT,
        UNIQUE (thread_id, key)
      );
      CREATE INDEX IF NOT EXISTS ${table.split(".").at(-1)}_by_seq ON ${table} (thread_id, seq);
    END $$`,
  });
  return {
    async loadMessages(threadId, page) {
      const { rows } = await pool.query({
        text: `SELECT * FROM ${table} WHERE thread_id = $1 AND ($2::bigint IS NULL OR seq < $2) ORDER BY seq DESC LIMIT $3`,
        values: [threadId, page?.before ?? null, page?.limit ?? null],
      });
      return rows.map(rowOf).reverse();
    },
    async appendMessage(row) {
      await pool.query({
        text: `INSERT INTO ${table} (${ROW_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               ON CONFLICT (thread_id, key) DO NOTHING`,
        values: columnsOf(row),
      });
    },
    async removeMessages(threadId) {
      await pool.query({ text: `DELETE FROM ${table} WHERE thread_id = $1`, values: [threadId] });
    },
  };
}
