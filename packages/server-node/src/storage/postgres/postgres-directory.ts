/** The directory over PostgreSQL, for any number of processes: each call is one statement, or one transaction. */
import type {
  DirectoryEntry,
  DirectoryMark,
  DirectoryPage,
  DirectoryQuery,
  SessionActivity,
  SessionDirectory,
} from "../../directory/contract.ts";
import { messagesText, readEntry } from "../../directory/entry-row.ts";
import { folded } from "../../directory/folded.ts";
import { pageOf, readQuery } from "../../directory/page.ts";
import { keepable, readableTitle } from "../../directory/stored-entry.ts";
import type { SessionKey } from "../contract.ts";
import { CallsUnderway } from "./calls-underway.ts";
import { openSchema, type PostgresStorageOptions } from "./open-schema.ts";
import { inTransaction, type PostgresPool, type PostgresRow, type PostgresValue } from "./pool.ts";

/**
 * Opens the tables, and makes or migrates them first; in the storage's schema or another.
 * @throws storage_unavailable when the database cannot be reached, or is of a newer version; invalid_options for a
 * schema name that would need quoting, or a pool that leads to a replica or changes numbers.
 */
export async function postgresDirectory(options: PostgresStorageOptions): Promise<SessionDirectory> {
  return openSchema(options, (pool, schema) => new PostgresDirectory(pool, schema));
}

class PostgresDirectory implements SessionDirectory {
  readonly #pool: PostgresPool;
  readonly #schema: string;
  readonly #calls = new CallsUnderway("directory");

  constructor(pool: PostgresPool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  async record(activity: SessionActivity): Promise<void> {
    const { session, owner, title, preview, createdAt, lastActivityAt, ordinal, messages } = keepable(activity);
    const key = [session.tenant, session.session];
    const texts = [owner, title, preview, folded(title), folded(preview)];
    const facts = [createdAt, lastActivityAt, ordinal, messagesText(messages)];
    await this.#calls.run(() =>
      inTransaction(this.#pool, "BEGIN", async (client) => {
        const { rows } = await client.query({
          text: `DELETE FROM ${this.#schema}.directory WHERE tenant = $1 AND session = $2 AND created_at < $3
                 RETURNING session`,
          values: [...key, createdAt],
        });
        if (rows.length > 0) await client.query(this.#forgetMarks(key));
        await client.query({
          text: `INSERT INTO ${this.#schema}.directory AS known
                   (tenant, session, owner, title, preview, found_title, found_preview, created_at, last_activity_at,
                    ordinal, messages)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                 ON CONFLICT (tenant, session) DO UPDATE SET
                   owner = excluded.owner, title = excluded.title, preview = excluded.preview,
                   found_title = excluded.found_title, found_preview = excluded.found_preview,
                   last_activity_at = excluded.last_activity_at, ordinal = excluded.ordinal,
                   messages = excluded.messages
                 WHERE known.created_at = excluded.created_at AND known.ordinal < excluded.ordinal`,
          values: [...key, ...texts, ...facts],
        });
      }),
    );
  }

  async list(query: DirectoryQuery): Promise<DirectoryPage> {
    const { limit, after } = readQuery(query);
    const { tenant, principal, archived, search } = query;
    const { pinned, lastActivityAt, sessionId } = after;
    const rows = await this.#query(
      `SELECT * FROM (${this.#marked("$1")} WHERE d.tenant = $2 AND d.owner = $1) AS thread
       WHERE archived = $3
         AND (strpos(COALESCE(found_given, found_title), $4) > 0 OR strpos(found_preview, $4) > 0)
         AND (pinned < $5 OR pinned = $5 AND (last_activity_at < $6 OR last_activity_at = $6 AND session > $7))
       ORDER BY pinned DESC, last_activity_at DESC, session LIMIT $8`,
      [principal, tenant, archived, folded(search), pinned, lastActivityAt, sessionId, limit + 1],
    );
    return pageOf(
      rows.map((row) => readEntry(principal, row)),
      limit,
    );
  }

  async get({ tenant, session }: SessionKey, principal: string): Promise<DirectoryEntry | null> {
    const sql = `${this.#marked("$1")} WHERE d.tenant = $2 AND d.session = $3`;
    const [row] = await this.#query(sql, [principal, tenant, session]);
    return row === undefined ? null : readEntry(principal, row);
  }

  async rename({ tenant, session }: SessionKey, title: string): Promise<void> {
    const given = readableTitle(title);
    await this.#query(
      `UPDATE ${this.#schema}.directory SET given_title = $1, found_given = $2 WHERE tenant = $3 AND session = $4`,
      [given, given === null ? null : folded(given), tenant, session],
    );
  }

  async mark({ tenant, session }: SessionKey, principal: string, mark: DirectoryMark): Promise<void> {
    const { pinned = null, muted = null, archived = null, readOrdinal = 0n } = mark;
    // FOR SHARE: it is not marked while it is removed.
    await this.#query(
      `INSERT INTO ${this.#schema}.directory_mark AS known
         (tenant, session, principal, pinned, muted, archived, read_ordinal)
       SELECT tenant, session, $3, COALESCE($4, false), COALESCE($5, false), COALESCE($6, false), $7::bigint
       FROM ${this.#schema}.directory WHERE tenant = $1 AND session = $2 FOR SHARE
       ON CONFLICT (tenant, session, principal) DO UPDATE SET
         pinned = COALESCE($4, known.pinned), muted = COALESCE($5, known.muted),
         archived = COALESCE($6, known.archived), read_ordinal = GREATEST(known.read_ordinal, excluded.read_ordinal)`,
      [tenant, session, principal, pinned, muted, archived, readOrdinal],
    );
  }

  async remove({ tenant, session }: SessionKey): Promise<void> {
    const key = [tenant, session];
    await this.#calls.run(() =>
      inTransaction(this.#pool, "BEGIN", async (client) => {
        const text = `DELETE FROM ${this.#schema}.directory WHERE tenant = $1 AND session = $2`;
        await client.query({ text, values: key });
        await client.query(this.#forgetMarks(key));
      }),
    );
  }

  async close(): Promise<void> {
    await this.#calls.close();
  }

  #forgetMarks(key: string[]) {
    return { text: `DELETE FROM ${this.#schema}.directory_mark WHERE tenant = $1 AND session = $2`, values: [...key] };
  }

  /** What a principal has not marked is as if all its marks were off. */
  #marked(principal: string): string {
    return `SELECT d.*, COALESCE(m.pinned, false) AS pinned, COALESCE(m.muted, false) AS muted,
                   COALESCE(m.archived, false) AS archived, COALESCE(m.read_ordinal, 0) AS read_ordinal
            FROM ${this.#schema}.directory d LEFT JOIN ${this.#schema}.directory_mark m
              ON m.tenant = d.tenant AND m.session = d.session AND m.principal = ${principal}`;
  }

  #query(text: string, values: PostgresValue[]): Promise<readonly PostgresRow[]> {
    return this.#calls.run(async () => (await this.#pool.query({ text, values })).rows);
  }
}
