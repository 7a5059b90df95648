/**
 * Owns the SQL of shortening a log and of erasing what it said. The head moves first, in the same transaction: whoever
 * commits meanwhile waits for its row and then conflicts.
 */
import { baseText, readBaseText } from "../base-text.ts";
import type {
  RewriteResult,
  SessionBase,
  SessionHead,
  SessionKey,
  SessionRedaction,
  SessionTruncation,
  StoredCommand,
  StoredEvent,
} from "../contract.ts";
import { integer, readHead, readSessionKey, skippedByText, text } from "../rows.ts";
import { HEAD_COLUMNS } from "./columns.ts";
import { entityQuery } from "./commit-query.ts";
import { inTransaction, type PostgresClient, type PostgresPool } from "./pool.ts";

interface Rewritten {
  readonly session: SessionKey;
  readonly expect: string;
  readonly head: SessionHead;
}

export class PostgresMaintenance {
  readonly #pool: PostgresPool;
  readonly #schema: string;

  constructor(pool: PostgresPool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  async base({ tenant, session }: SessionKey): Promise<SessionBase | null> {
    const { rows } = await this.#pool.query({
      text: `SELECT b.floor, b.entities FROM ${this.#schema}.base b
             JOIN ${this.#schema}.session s ON s.key = b.session_key AND s.floor = b.floor
             WHERE s.tenant = $1 AND s.session = $2`,
      values: [tenant, session],
    });
    const [row] = rows;
    return row === undefined ? null : { floor: integer(row, "floor"), entities: readBaseText(text(row, "entities")) };
  }

  truncate(truncation: SessionTruncation): Promise<RewriteResult> {
    const { head, base } = truncation;
    return this.#rewrite(truncation, async (client, key) => {
      await client.query({
        text: `DELETE FROM ${this.#schema}.event WHERE session_key = $1 AND ordinal <= $2`,
        values: [key, head.floor],
      });
      await client.query({
        text: `INSERT INTO ${this.#schema}.base (session_key, floor, entities) VALUES ($1, $2, $3)
               ON CONFLICT (session_key) DO UPDATE SET floor = excluded.floor, entities = excluded.entities`,
        values: [key, head.floor, baseText(base)],
      });
    });
  }

  redact(redaction: SessionRedaction): Promise<RewriteResult> {
    return this.#rewrite(redaction, async (client, key) => {
      for (const event of redaction.events) await this.#replaceEvent(client, key, event);
      for (const command of redaction.commands) await this.#replaceCommand(client, key, command);
      await client.query(entityQuery(this.#schema, key, redaction.entities));
    });
  }

  async sessions(query: { readonly after: SessionKey | null; readonly limit: number }): Promise<readonly SessionKey[]> {
    const { after, limit } = query;
    const where = after === null ? "" : "WHERE (tenant, session) > ($2, $3)";
    const { rows } = await this.#pool.query({
      text: `SELECT tenant, session FROM ${this.#schema}.session ${where} ORDER BY tenant, session LIMIT $1`,
      values: after === null ? [limit] : [limit, after.tenant, after.session],
    });
    return rows.map(readSessionKey);
  }

  #rewrite(
    { session, expect, head }: Rewritten,
    write: (client: PostgresClient, key: bigint) => Promise<void>,
  ): Promise<RewriteResult> {
    return inTransaction(this.#pool, "BEGIN", async (client) => {
      const { rows } = await client.query({
        text: `SELECT key, ${HEAD_COLUMNS} FROM ${this.#schema}.session WHERE tenant = $1 AND session = $2 FOR UPDATE`,
        values: [session.tenant, session.session],
      });
      const [row] = rows;
      const found = row === undefined ? null : readHead(row);
      if (row === undefined || found?.revision !== expect) return { status: "conflict", head: found };
      const key = integer(row, "key");
      await client.query({
        text: `UPDATE ${this.#schema}.session SET revision = $2, epoch = $3, ordinal = $4, tag = $5, projected = $6,
               view = $7, horizon = $8, floor = $9 WHERE key = $1`,
        values: [
          key,
          head.revision,
          head.epoch,
          head.ordinal,
          head.tag,
          head.projected,
          head.view,
          head.horizon,
          head.floor,
        ],
      });
      await write(client, key);
      return { status: "committed" };
    });
  }

  async #replaceEvent(client: PostgresClient, key: bigint, event: StoredEvent): Promise<void> {
    const { ordinal, id, at, name, payload, commandId = null } = event;
    await client.query({
      text: `UPDATE ${this.#schema}.event SET id = $3, at = $4, name = $5, payload = $6, command_id = $7, skipped_by = $8
             WHERE session_key = $1 AND ordinal = $2`,
      values: [key, ordinal, id, at, name, payload, commandId, skippedByText(event)],
    });
  }

  async #replaceCommand(client: PostgresClient, key: bigint, command: StoredCommand): Promise<void> {
    const { id, scope, fingerprint, outcome } = command;
    await client.query({
      text: `UPDATE ${this.#schema}.command SET scope = $3, fingerprint = $4, outcome = $5
             WHERE session_key = $1 AND id = $2`,
      values: [key, id, scope, fingerprint, outcome],
    });
  }
}
