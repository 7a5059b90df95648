/**
 * Owns the SQL of shortening a log and of erasing what it said. Knows nothing of transactions: the caller holds one.
 */
import { baseText, readBaseText } from "../base-text.ts";
import type {
  RewriteResult,
  SessionBase,
  SessionHead,
  SessionKey,
  SessionRedaction,
  SessionTruncation,
} from "../contract.ts";
import { integer, readSessionKey, skippedByText, text } from "../rows.ts";
import type { SqliteConnection } from "./driver.ts";
import type { SessionStatements } from "./session-statements.ts";

interface Rewritten {
  readonly session: SessionKey;
  readonly expect: string;
  readonly head: SessionHead;
}

export class MaintenanceStatements {
  readonly #session: SessionStatements;
  readonly #readBase;
  readonly #putBase;
  readonly #dropEvents;
  readonly #replaceEvent;
  readonly #replaceCommand;
  readonly #listFirst;
  readonly #listAfter;

  constructor(db: SqliteConnection, session: SessionStatements) {
    this.#session = session;
    this.#readBase = db.prepare(
      `SELECT b.floor, b.entities FROM sessionstream_base b
       JOIN sessionstream_session s ON s.key = b.session_key AND s.floor = b.floor
       WHERE s.tenant = ? AND s.session = ?`,
    );
    this.#putBase = db.prepare(
      `INSERT INTO sessionstream_base (session_key, floor, entities) VALUES (?, ?, ?)
       ON CONFLICT (session_key) DO UPDATE SET floor = excluded.floor, entities = excluded.entities`,
    );
    this.#dropEvents = db.prepare("DELETE FROM sessionstream_event WHERE session_key = ? AND ordinal <= ?");
    this.#replaceEvent = db.prepare(
      `UPDATE sessionstream_event SET id = ?, at = ?, name = ?, payload = ?, command_id = ?, skipped_by = ?
       WHERE session_key = ? AND ordinal = ?`,
    );
    this.#replaceCommand = db.prepare(
      "UPDATE sessionstream_command SET scope = ?, fingerprint = ?, outcome = ? WHERE session_key = ? AND id = ?",
    );
    this.#listFirst = db.prepare("SELECT tenant, session FROM sessionstream_session ORDER BY tenant, session LIMIT ?");
    this.#listAfter = db.prepare(
      `SELECT tenant, session FROM sessionstream_session
       WHERE (tenant, session) > (?, ?) ORDER BY tenant, session LIMIT ?`,
    );
  }

  base(session: SessionKey): SessionBase | null {
    const row = this.#readBase.get(session.tenant, session.session);
    return row === undefined ? null : { floor: integer(row, "floor"), entities: readBaseText(text(row, "entities")) };
  }

  truncate(truncation: SessionTruncation): RewriteResult {
    return this.#rewrite(truncation, (key) => {
      const { head, base } = truncation;
      this.#dropEvents.run(key, head.floor);
      this.#putBase.run(key, head.floor, baseText(base));
    });
  }

  redact(redaction: SessionRedaction): RewriteResult {
    return this.#rewrite(redaction, (key) => {
      for (const event of redaction.events) {
        const { ordinal, id, at, name, payload, commandId = null } = event;
        this.#replaceEvent.run(id, at, name, payload, commandId, skippedByText(event), key, ordinal);
      }
      for (const { id, scope, fingerprint, outcome } of redaction.commands) {
        this.#replaceCommand.run(scope, fingerprint, outcome, key, id);
      }
      this.#session.writeEntities(key, redaction.entities);
    });
  }

  sessions({ after, limit }: { readonly after: SessionKey | null; readonly limit: number }): readonly SessionKey[] {
    const rows = after === null ? this.#listFirst.all(limit) : this.#listAfter.all(after.tenant, after.session, limit);
    return rows.map(readSessionKey);
  }

  #rewrite({ session, expect, head }: Rewritten, write: (key: bigint) => void): RewriteResult {
    const moved = this.#session.moveHead(session, expect, head);
    if (typeof moved !== "bigint") return { status: "conflict", head: moved };
    write(moved);
    return { status: "committed" };
  }
}
