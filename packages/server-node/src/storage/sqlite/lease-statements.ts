/**
 * Owns the SQL of leases. Their clock is SQLite's, that is the machine's: a file has one machine, because its
 * write-ahead log does. A lease that changes hands is a row of its own, so that SQLite mints the tokens.
 */
import type { Lease, LeaseKey, SessionKey } from "../contract.ts";
import { readLease } from "../rows.ts";
import type { SqliteConnection } from "./driver.ts";

const NOW_MS = "(unixepoch('subsec') * 1000.0)";

export class LeaseStatements {
  readonly #giveUp;
  readonly #insert;
  readonly #renew;
  readonly #release;
  readonly #expired;
  readonly #isCurrent;
  readonly #createMissing;
  readonly #forget;

  constructor(db: SqliteConnection) {
    this.#giveUp = db.prepare(
      `DELETE FROM sessionstream_lease
       WHERE tenant = ? AND session = ? AND name = ? AND (holder = ? OR expires_at <= ${NOW_MS})`,
    );
    this.#insert = db.prepare(
      `INSERT INTO sessionstream_lease (tenant, session, name, holder, expires_at)
       VALUES (?, ?, ?, ?, ${NOW_MS} + ?) ON CONFLICT (tenant, session, name) DO NOTHING RETURNING *`,
    );
    this.#renew = db.prepare(
      `UPDATE sessionstream_lease SET expires_at = ${NOW_MS} + ?
       WHERE token = ? AND tenant = ? AND session = ? AND name = ?`,
    );
    this.#release = db.prepare(
      "DELETE FROM sessionstream_lease WHERE token = ? AND tenant = ? AND session = ? AND name = ?",
    );
    this.#expired = db.prepare(
      `SELECT * FROM sessionstream_lease WHERE expires_at <= ${NOW_MS} ORDER BY expires_at, token LIMIT ?`,
    );
    this.#isCurrent = db.prepare(
      "SELECT token FROM sessionstream_lease WHERE token = ? AND tenant = ? AND session = ?",
    );
    this.#createMissing = db.prepare(
      `INSERT INTO sessionstream_lease (tenant, session, name, holder, expires_at)
       VALUES (?, ?, ?, '', ${NOW_MS}) ON CONFLICT (tenant, session, name) DO NOTHING`,
    );
    this.#forget = db.prepare("DELETE FROM sessionstream_lease WHERE tenant = ? AND session = ?");
  }

  take(
    { session, name }: LeaseKey,
    { holder, ttlMs }: { readonly holder: string; readonly ttlMs: number },
  ): Lease | null {
    const key = [session.tenant, session.session, name];
    this.#giveUp.run(...key, holder);
    const row = this.#insert.get(...key, holder, ttlMs);
    return row === undefined ? null : readLease(row);
  }

  renew({ session, name, token }: Lease, ttlMs: number): boolean {
    return this.#renew.run(ttlMs, token, session.tenant, session.session, name) === 1;
  }

  release({ session, name, token }: Lease): void {
    this.#release.run(token, session.tenant, session.session, name);
  }

  expired(limit: number): readonly Lease[] {
    return this.#expired.all(limit).map(readLease);
  }

  isCurrent({ tenant, session }: SessionKey, token: bigint): boolean {
    return this.#isCurrent.get(token, tenant, session) !== undefined;
  }

  createMissing({ tenant, session }: SessionKey, names: readonly string[]): void {
    for (const name of names) this.#createMissing.run(tenant, session, name);
  }

  forget({ tenant, session }: SessionKey): void {
    this.#forget.run(tenant, session);
  }
}
