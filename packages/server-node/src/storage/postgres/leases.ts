/**
 * Owns who may do what for a session, until when, by the database's clock and under tokens from one sequence. That a
 * commit holds the right it was given, the commit's own statement sees to.
 */
import type { Lease, LeaseKey } from "../contract.ts";
import { integer, readLease } from "../rows.ts";
import type { PostgresClient, PostgresPool } from "./pool.ts";

const IS_THIS_LEASE = "tenant = $1 AND session = $2 AND name = $3";

export class PostgresLeases {
  readonly #pool: PostgresPool;
  readonly #table: string;
  readonly #nextToken: string;

  constructor(pool: PostgresPool, schema: string) {
    this.#pool = pool;
    this.#table = `${schema}.lease`;
    this.#nextToken = `nextval('${schema}.lease_token')`;
  }

  /** The token is drawn while the row is locked: whoever gets the lease later gets the larger one. */
  async take(
    key: LeaseKey,
    { holder, ttlMs }: { readonly holder: string; readonly ttlMs: number },
  ): Promise<Lease | null> {
    const { rows } = await this.#pool.query({
      text: `INSERT INTO ${this.#table} AS held (tenant, session, name, token, holder, expires_at)
             VALUES ($1, $2, $3, ${this.#nextToken}, $4, ${fromNow("$5")})
             ON CONFLICT (tenant, session, name) DO UPDATE
               SET token = ${this.#nextToken}, holder = excluded.holder, expires_at = ${fromNow("$5")}
               WHERE held.holder = excluded.holder OR held.expires_at <= clock_timestamp()
             RETURNING token`,
      values: [...nameOf(key), holder, ttlMs],
    });
    const [row] = rows;
    return row === undefined ? null : { ...key, token: integer(row, "token") };
  }

  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    const { rows } = await this.#pool.query({
      text: `UPDATE ${this.#table} SET expires_at = ${fromNow("$5")} WHERE ${IS_THIS_LEASE} AND token = $4 RETURNING token`,
      values: [...nameOf(lease), lease.token, ttlMs],
    });
    return rows.length === 1;
  }

  async release(lease: Lease): Promise<void> {
    await this.#pool.query({
      text: `DELETE FROM ${this.#table} WHERE ${IS_THIS_LEASE} AND token = $4`,
      values: [...nameOf(lease), lease.token],
    });
  }

  /** A time that stays the same for the statement, so that the index ends where the living begin. */
  async expired(limit: number): Promise<readonly Lease[]> {
    const { rows } = await this.#pool.query({
      text: `SELECT tenant, session, name, token FROM ${this.#table}
             WHERE expires_at <= statement_timestamp() ORDER BY expires_at LIMIT $1`,
      values: [limit],
    });
    return rows.map(readLease);
  }

  async isCurrent(tenant: string, session: string, token: bigint): Promise<boolean> {
    const { rows } = await this.#pool.query({
      text: `SELECT FROM ${this.#table} WHERE tenant = $1 AND session = $2 AND token = $3`,
      values: [tenant, session, token],
    });
    return rows.length > 0;
  }

  async forget(client: Pick<PostgresClient, "query">, tenant: string, session: string): Promise<void> {
    await client.query({
      text: `DELETE FROM ${this.#table} WHERE tenant = $1 AND session = $2`,
      values: [tenant, session],
    });
  }
}

function nameOf({ session: { tenant, session }, name }: LeaseKey): string[] {
  return [tenant, session, name];
}

function fromNow(milliseconds: string): string {
  return `clock_timestamp() + ${milliseconds} * interval '1 millisecond'`;
}
