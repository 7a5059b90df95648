/** Owns the SQL of the directory. Knows nothing of transactions: the caller holds one where there are several. */
import type { ThreadPlace } from "@sessionstream/protocol";
import type { DirectoryEntry, DirectoryMark, DirectoryQuery, SessionActivity } from "../../directory/contract.ts";
import { messagesText, readEntry } from "../../directory/entry-row.ts";
import { folded } from "../../directory/folded.ts";
import { keepable, readableTitle } from "../../directory/stored-entry.ts";
import type { SessionKey } from "../contract.ts";
import type { SqliteConnection } from "./driver.ts";

/** What a principal has not marked is as if all its marks were off. */
const MARKED = `
  SELECT d.*, COALESCE(m.pinned, 0) AS pinned, COALESCE(m.muted, 0) AS muted, COALESCE(m.archived, 0) AS archived,
         COALESCE(m.read_ordinal, 0) AS read_ordinal
  FROM sessionstream_directory d
  LEFT JOIN sessionstream_directory_mark m ON m.tenant = d.tenant AND m.session = d.session AND m.principal = ?`;

export class DirectoryStatements {
  readonly #isOtherLog;
  readonly #forgetMarks;
  readonly #forget;
  readonly #record;
  readonly #get;
  readonly #list;
  readonly #rename;
  readonly #mark;

  constructor(db: SqliteConnection) {
    this.#isOtherLog = db.prepare(
      "SELECT owner FROM sessionstream_directory WHERE tenant = ? AND session = ? AND created_at < ?",
    );
    this.#forgetMarks = db.prepare("DELETE FROM sessionstream_directory_mark WHERE tenant = ? AND session = ?");
    this.#forget = db.prepare("DELETE FROM sessionstream_directory WHERE tenant = ? AND session = ?");
    this.#record = db.prepare(
      `INSERT INTO sessionstream_directory AS known
         (tenant, session, owner, title, preview, found_title, found_preview, created_at, last_activity_at, ordinal,
          messages)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant, session) DO UPDATE SET
         owner = excluded.owner, title = excluded.title, preview = excluded.preview,
         found_title = excluded.found_title, found_preview = excluded.found_preview,
         last_activity_at = excluded.last_activity_at, ordinal = excluded.ordinal, messages = excluded.messages
       WHERE known.created_at = excluded.created_at AND known.ordinal < excluded.ordinal`,
    );
    this.#get = db.prepare(`${MARKED} WHERE d.tenant = ? AND d.session = ?`);
    this.#list = db.prepare(
      `SELECT * FROM (${MARKED} WHERE d.tenant = ? AND d.owner = ?)
       WHERE archived = ? AND (instr(COALESCE(found_given, found_title), ?) > 0 OR instr(found_preview, ?) > 0)
         AND (pinned < ? OR pinned = ? AND (last_activity_at < ? OR last_activity_at = ? AND session > ?))
       ORDER BY pinned DESC, last_activity_at DESC, session LIMIT ?`,
    );
    this.#rename = db.prepare(
      "UPDATE sessionstream_directory SET given_title = ?, found_given = ? WHERE tenant = ? AND session = ?",
    );
    this.#mark = db.prepare(
      `INSERT INTO sessionstream_directory_mark AS known
         (tenant, session, principal, pinned, muted, archived, read_ordinal)
       SELECT tenant, session, ?, COALESCE(?, 0), COALESCE(?, 0), COALESCE(?, 0), ?
       FROM sessionstream_directory WHERE tenant = ? AND session = ?
       ON CONFLICT (tenant, session, principal) DO UPDATE SET
         pinned = COALESCE(?, known.pinned), muted = COALESCE(?, known.muted), archived = COALESCE(?, known.archived),
         read_ordinal = max(known.read_ordinal, excluded.read_ordinal)`,
    );
  }

  record(activity: SessionActivity): void {
    const { session, owner, title, preview, createdAt, lastActivityAt, ordinal, messages } = keepable(activity);
    const key = [session.tenant, session.session] as const;
    if (this.#isOtherLog.get(...key, createdAt) !== undefined) this.remove(session);
    const texts = [owner, title, preview, folded(title), folded(preview)] as const;
    this.#record.run(...key, ...texts, createdAt, lastActivityAt, ordinal, messagesText(messages));
  }

  get({ tenant, session }: SessionKey, principal: string): DirectoryEntry | null {
    const row = this.#get.get(principal, tenant, session);
    return row === undefined ? null : readEntry(principal, row);
  }

  list({ tenant, principal, archived, search }: DirectoryQuery, after: ThreadPlace, limit: number): DirectoryEntry[] {
    const { pinned, lastActivityAt, sessionId } = after;
    const place = [flag(pinned), flag(pinned), lastActivityAt, lastActivityAt, sessionId] as const;
    const term = folded(search);
    return this.#list
      .all(principal, tenant, principal, flag(archived), term, term, ...place, BigInt(limit))
      .map((row) => readEntry(principal, row));
  }

  rename({ tenant, session }: SessionKey, title: string): void {
    const given = readableTitle(title);
    this.#rename.run(given, given === null ? null : folded(given), tenant, session);
  }

  mark({ tenant, session }: SessionKey, principal: string, mark: DirectoryMark): void {
    const flags = [mark.pinned, mark.muted, mark.archived].map((set) => (set === undefined ? null : flag(set)));
    this.#mark.run(principal, ...flags, mark.readOrdinal ?? 0n, tenant, session, ...flags);
  }

  remove({ tenant, session }: SessionKey): void {
    this.#forgetMarks.run(tenant, session);
    this.#forget.run(tenant, session);
  }
}

function flag(set: boolean): bigint {
  return set ? 1n : 0n;
}
