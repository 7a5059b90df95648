/** Owns shortening a log and erasing what it said. Each is one statement: whoever commits meanwhile conflicts with it. */
import { readBaseText } from "../base-text.ts";
import type { RewriteResult, SessionBase, SessionKey, SessionRedaction, SessionTruncation } from "../contract.ts";
import { integer, readSessionKey, text } from "../rows.ts";
import { redactionQuery, truncationQuery } from "./commit-query.ts";
import { findSession } from "./find-session.ts";
import type { PostgresPool, PostgresQuery } from "./pool.ts";

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
    return this.#rewrite(truncation.session, truncationQuery(this.#schema, truncation));
  }

  redact(redaction: SessionRedaction): Promise<RewriteResult> {
    return this.#rewrite(redaction.session, redactionQuery(this.#schema, redaction));
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

  async #rewrite(session: SessionKey, query: PostgresQuery): Promise<RewriteResult> {
    const { rows } = await this.#pool.query(query);
    if (rows.length === 1) return { status: "committed" };
    return { status: "conflict", head: (await findSession(this.#pool, this.#schema, session))?.head ?? null };
  }
}
