/**
 * The storage contract over PostgreSQL, for several processes: one row per event, texts as they came. Holds no state
 * and no connection between calls; whatever two processes write at once, the head's row decides.
 * An id takes part in an index, so that the ids of one row together may have about 2,600 bytes.
 */
import type {
  CommitResult,
  Durability,
  Lease,
  LeaseKey,
  LoadedSession,
  RedactableStorage,
  RetentionStorage,
  RewriteResult,
  SessionBase,
  SessionCommit,
  SessionHead,
  SessionKey,
  SessionRedaction,
  SessionTruncation,
  SharedMessageStorage,
  StoredCommand,
  StoredEvent,
} from "../contract.ts";
import { assertKeepable } from "../refusals.ts";
import { integer, readCommand, readEntity, readEvent, readHead } from "../rows.ts";
import { CallsUnderway } from "./calls-underway.ts";
import { COMMAND, ENTITY, EVENT, HEAD, namesOf } from "./columns.ts";
import { commitQuery } from "./commit-query.ts";
import { findSession } from "./find-session.ts";
import { PostgresLeases } from "./leases.ts";
import { PostgresMaintenance } from "./maintenance.ts";
import { openSchema, type PostgresStorageOptions } from "./open-schema.ts";
import { inTransaction, type PostgresPool } from "./pool.ts";

/** All that a database which processes share can do. */
export type ServerStorage = SharedMessageStorage & RetentionStorage & RedactableStorage;

/**
 * Opens the tables, and makes or migrates them first.
 * @throws storage_unavailable when the database cannot be reached, or is of a newer version; invalid_options for a
 * schema name that would need quoting, or a pool that leads to a replica or changes numbers.
 */
export async function postgresStorage(options: PostgresStorageOptions): Promise<ServerStorage> {
  return openSchema(options, async (pool, schema) => new PostgresStorage(pool, schema, await durabilityOf(pool)));
}

/** What the server's settings give; see "fsync" and "synchronous_commit" in the manual of PostgreSQL. */
async function durabilityOf(pool: PostgresPool): Promise<Durability> {
  const text = "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous";
  const [row] = (await pool.query({ text })).rows;
  return row?.["fsync"] === "on" && row["synchronous"] !== "off" ? "power" : "process";
}

/** How often a commit is tried when whoever was in its way has left no trace. */
const MAX_ATTEMPTS = 3;

class PostgresStorage implements SharedMessageStorage, RetentionStorage, RedactableStorage {
  readonly capabilities: ServerStorage["capabilities"];
  readonly #leases: PostgresLeases;
  readonly #maintenance: PostgresMaintenance;
  readonly #pool: PostgresPool;
  readonly #schema: string;
  readonly #calls = new CallsUnderway("storage");

  constructor(pool: PostgresPool, schema: string, durability: Durability) {
    this.capabilities = { durability, shared: true, retention: true, redaction: true };
    this.#leases = new PostgresLeases(pool, schema);
    this.#maintenance = new PostgresMaintenance(pool, schema);
    this.#pool = pool;
    this.#schema = schema;
  }

  async load(session: SessionKey): Promise<LoadedSession | null> {
    return this.#calls.run(() =>
      // Both statements see the state of the first.
      inTransaction(this.#pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", async (client) => {
        const found = await findSession(client, this.#schema, session);
        if (found === null) return null;
        const { rows } = await client.query({
          text: `SELECT ${namesOf(ENTITY)} FROM ${this.#schema}.entity WHERE session_key = $1`,
          values: [found.key],
        });
        return { head: found.head, entities: rows.map(readEntity) };
      }),
    );
  }

  async events(
    session: SessionKey,
    { after, limit }: { readonly after: bigint; readonly limit: number },
  ): Promise<readonly StoredEvent[] | "gone"> {
    return this.#calls.run(async () => {
      const { rows } = await this.#pool.query({
        name: `${this.#schema}:events`,
        text: `SELECT s.floor, e.* FROM ${this.#schema}.session s LEFT JOIN LATERAL (
                 SELECT ${namesOf(EVENT)} FROM ${this.#schema}.event
                 WHERE session_key = s.key AND ordinal > $3 ORDER BY ordinal LIMIT $4
               ) e ON true WHERE s.tenant = $1 AND s.session = $2 ORDER BY e.ordinal`,
        values: [session.tenant, session.session, after, limit],
      });
      const [first] = rows;
      if (first === undefined) return [];
      if (after < integer(first, "floor")) return "gone";
      // A session without such events is one row without an event.
      return first["ordinal"] === null ? [] : rows.map(readEvent);
    });
  }

  async command(session: SessionKey, id: string): Promise<StoredCommand | null> {
    return this.#calls.run(() => this.#command(session, id));
  }

  async commit(commit: SessionCommit): Promise<CommitResult> {
    assertKeepable(commit.head);
    return this.#calls.run(() => this.#commit(commit));
  }

  async remove({ tenant, session }: SessionKey): Promise<void> {
    await this.#calls.run(() =>
      inTransaction(this.#pool, "BEGIN", async (client) => {
        // First, as a fenced commit locks them first; and again below, for those that a commit has left meanwhile.
        await this.#leases.forget(client, tenant, session);
        const { rows } = await client.query({
          text: `DELETE FROM ${this.#schema}.session WHERE tenant = $1 AND session = $2 RETURNING key`,
          values: [tenant, session],
        });
        const [removed] = rows;
        if (removed === undefined) return;
        const values = [integer(removed, "key")];
        // Statements of their own: they see what a commit has written that the one before had to wait for.
        for (const table of ["event", "command", "entity", "base"]) {
          await client.query({ text: `DELETE FROM ${this.#schema}.${table} WHERE session_key = $1`, values });
        }
        await this.#leases.forget(client, tenant, session);
      }),
    );
  }

  async base(session: SessionKey): Promise<SessionBase | null> {
    return this.#calls.run(() => this.#maintenance.base(session));
  }

  async truncate(truncation: SessionTruncation): Promise<RewriteResult> {
    return this.#calls.run(() => this.#maintenance.truncate(truncation));
  }

  async redact(redaction: SessionRedaction): Promise<RewriteResult> {
    return this.#calls.run(() => this.#maintenance.redact(redaction));
  }

  async sessions(query: { after: SessionKey | null; limit: number }): Promise<readonly SessionKey[]> {
    return this.#calls.run(() => this.#maintenance.sessions(query));
  }

  async heads(sessions: readonly SessionKey[]): Promise<readonly (SessionHead | null)[]> {
    return this.#calls.run(async () => {
      const { rows } = await this.#pool.query({
        text: `SELECT s.key, ${namesOf(HEAD)}
               FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked(tenant, session, place)
               LEFT JOIN ${this.#schema}.session s ON s.tenant = asked.tenant AND s.session = asked.session
               ORDER BY asked.place`,
        values: [sessions.map(({ tenant }) => tenant), sessions.map(({ session }) => session)],
      });
      return rows.map((row) => (row["key"] === null ? null : readHead(row)));
    });
  }

  async lease(key: LeaseKey, request: { readonly holder: string; readonly ttlMs: number }): Promise<Lease | null> {
    return this.#calls.run(() => this.#leases.take(key, request));
  }

  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    return this.#calls.run(() => this.#leases.renew(lease, ttlMs));
  }

  async release(lease: Lease): Promise<void> {
    await this.#calls.run(() => this.#leases.release(lease));
  }

  async expiredLeases(limit: number): Promise<readonly Lease[]> {
    return this.#calls.run(() => this.#leases.expired(limit));
  }

  async close(): Promise<void> {
    await this.#calls.close();
  }

  async #commit(commit: SessionCommit): Promise<CommitResult> {
    const { session, expect, command, fence } = commit;
    const query = commitQuery(this.#schema, commit);
    for (let attempt = 1; ; attempt++) {
      const { rows } = await this.#pool.query(query);
      if (rows.length === 1) return { status: "committed" };
      const known = command === undefined ? null : await this.#command(session, command.id);
      if (known !== null) return { status: "duplicate", command: known };
      const mayWrite = fence === undefined || (await this.#leases.isCurrent(session.tenant, session.session, fence));
      if (!mayWrite) return { status: "fenced" };
      const found = await findSession(this.#pool, this.#schema, session);
      if ((found?.head.revision ?? null) !== expect) return { status: "conflict", head: found?.head ?? null };
      // It was in the way when the commit looked, and has gone since: a session created and removed again, say.
      if (attempt === MAX_ATTEMPTS) throw new Error("The head is the expected one, and still could not be moved");
    }
  }

  async #command(session: SessionKey, id: string): Promise<StoredCommand | null> {
    const { rows } = await this.#pool.query({
      text: `SELECT ${namesOf(COMMAND)} FROM ${this.#schema}.command
             WHERE id = $3 AND session_key = (SELECT key FROM ${this.#schema}.session WHERE tenant = $1 AND session = $2)`,
      values: [session.tenant, session.session, id],
    });
    const [row] = rows;
    return row === undefined ? null : readCommand(row);
  }
}
