/**
 * Owns the SQL of a session: reading it, and writing one commit. Knows nothing of transactions: the caller holds one.
 */
import type {
  CommitResult,
  EntityChanges,
  LoadedSession,
  SessionCommit,
  SessionHead,
  SessionKey,
  StoredCommand,
  StoredEntity,
  StoredEvent,
} from "../contract.ts";
import { integer, readCommand, readEntity, readEvent, readHead, skippedByText, text } from "../rows.ts";
import type { SqliteConnection, SqliteValue } from "./driver.ts";

interface SessionRow {
  /** Stands for tenant and session in the other tables. */
  readonly key: bigint;
  readonly revision: string;
}

/** Keys remembered; beyond it they are looked up anew. */
const MAX_KEYS = 10_000;

export class SessionStatements {
  /** Of sessions written lately. One that became another session's is harmless: whoever uses it names the session too. */
  readonly #keys = new Map<string, bigint>();
  readonly #find;
  readonly #readHead;
  readonly #create;
  readonly #advance;
  readonly #readEvents;
  readonly #addEvent;
  readonly #readCommand;
  readonly #addCommand;
  readonly #readEntities;
  readonly #putEntity;
  readonly #forgetEntity;
  readonly #forgetEntities;
  readonly #delete;

  constructor(db: SqliteConnection) {
    this.#find = db.prepare("SELECT key, revision FROM sessionstream_session WHERE tenant = ? AND session = ?");
    this.#readHead = db.prepare("SELECT * FROM sessionstream_session WHERE key = ?");
    this.#create = db.prepare(
      `INSERT INTO sessionstream_session
         (revision, epoch, ordinal, tag, projected, view, horizon, floor, tenant, session)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key`,
    );
    this.#advance = db.prepare(
      `UPDATE sessionstream_session
       SET revision = ?, epoch = ?, ordinal = ?, tag = ?, projected = ?, view = ?, horizon = ?, floor = ?
       WHERE key = ? AND revision = ? AND tenant = ? AND session = ?`,
    );
    this.#readEvents = db.prepare(
      "SELECT * FROM sessionstream_event WHERE session_key = ? AND ordinal > ? ORDER BY ordinal LIMIT ?",
    );
    this.#addEvent = db.prepare(
      `INSERT INTO sessionstream_event (session_key, ordinal, id, at, name, payload, command_id, skipped_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#readCommand = db.prepare("SELECT * FROM sessionstream_command WHERE session_key = ? AND id = ?");
    this.#addCommand = db.prepare(
      "INSERT INTO sessionstream_command (session_key, id, scope, fingerprint, outcome) VALUES (?, ?, ?, ?, ?)",
    );
    this.#readEntities = db.prepare("SELECT * FROM sessionstream_entity WHERE session_key = ?");
    this.#putEntity = db.prepare(
      `INSERT INTO sessionstream_entity
         (session_key, kind, id, created_ordinal, created_index, last_event_ordinal, created_at, updated_at,
          command_id, open, removed, payload)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (session_key, kind, id) DO UPDATE SET
         created_ordinal = excluded.created_ordinal, created_index = excluded.created_index,
         last_event_ordinal = excluded.last_event_ordinal, created_at = excluded.created_at,
         updated_at = excluded.updated_at, command_id = excluded.command_id, open = excluded.open,
         removed = excluded.removed, payload = excluded.payload`,
    );
    this.#forgetEntity = db.prepare("DELETE FROM sessionstream_entity WHERE session_key = ? AND kind = ? AND id = ?");
    this.#forgetEntities = db.prepare("DELETE FROM sessionstream_entity WHERE session_key = ?");
    this.#delete = [
      db.prepare("DELETE FROM sessionstream_event WHERE session_key = ?"),
      db.prepare("DELETE FROM sessionstream_command WHERE session_key = ?"),
      this.#forgetEntities,
      db.prepare("DELETE FROM sessionstream_base WHERE session_key = ?"),
      db.prepare("DELETE FROM sessionstream_session WHERE key = ?"),
    ];
  }

  load(session: SessionKey): LoadedSession | null {
    const found = this.#session(session);
    if (found === null) return null;
    return { head: this.#head(found.key), entities: this.#readEntities.all(found.key).map(readEntity) };
  }

  events(session: SessionKey, query: { after: bigint; limit: number }): readonly StoredEvent[] | "gone" {
    const found = this.#session(session);
    if (found === null) return [];
    if (query.after < this.#head(found.key).floor) return "gone";
    return this.#readEvents.all(found.key, query.after, query.limit).map(readEvent);
  }

  command(session: SessionKey, id: string): StoredCommand | null {
    const found = this.#session(session);
    return found === null ? null : this.#command(found.key, id);
  }

  heads(sessions: readonly SessionKey[]): readonly (SessionHead | null)[] {
    return sessions.map((session) => {
      const found = this.#session(session);
      return found === null ? null : this.#head(found.key);
    });
  }

  /** `fenced`: its lease is another's by now. */
  write(commit: SessionCommit, fenced = false): CommitResult {
    const advanced = fenced ? null : this.#advanceKnown(commit);
    if (advanced !== null) return this.#writeRows(advanced, commit);

    const found = this.#session(commit.session);
    const known = found !== null && commit.command !== undefined ? this.#command(found.key, commit.command.id) : null;
    if (known !== null) return { status: "duplicate", command: known };

    if (fenced) return { status: "fenced" };

    if (commit.expect !== (found?.revision ?? null)) {
      return { status: "conflict", head: found === null ? null : this.#head(found.key) };
    }

    const key = found === null ? this.#insertHead(commit) : this.#updateHead(found, commit);
    this.#remember(commit.session, key);
    return this.#writeRows(key, commit);
  }

  /** The usual commit needs no look-up: it has no command, and one statement sees that its head is the expected one. */
  #advanceKnown({ session, expect, head, command }: SessionCommit): bigint | null {
    const key = this.#keys.get(nameOf(session));
    if (key === undefined || expect === null || command !== undefined) return null;
    return this.#advance.run(...headValues(head), key, expect, session.tenant, session.session) === 1 ? key : null;
  }

  #writeRows(key: bigint, { events, command, entities }: SessionCommit): CommitResult {
    for (const event of events) this.#insertEvent(key, event);
    if (command !== undefined) this.#insertCommand(key, command);
    if (entities !== undefined) this.writeEntities(key, entities);
    return { status: "committed" };
  }

  #remember(session: SessionKey, key: bigint): void {
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    this.#keys.set(nameOf(session), key);
  }

  remove(session: SessionKey): void {
    const found = this.#session(session);
    if (found === null) return;
    this.#keys.delete(nameOf(session));
    for (const statement of this.#delete) statement.run(found.key);
  }

  /** @returns the session's key, or, when its head is not the expected one, that head. */
  moveHead(session: SessionKey, expect: string, head: SessionHead): bigint | SessionHead | null {
    const found = this.#session(session);
    if (found === null) return null;
    const moved = this.#advance.run(...headValues(head), found.key, expect, session.tenant, session.session) === 1;
    return moved ? found.key : this.#head(found.key);
  }

  #session(session: SessionKey): SessionRow | null {
    const row = this.#find.get(session.tenant, session.session);
    return row === undefined ? null : { key: integer(row, "key"), revision: text(row, "revision") };
  }

  #head(key: bigint): SessionHead {
    const row = this.#readHead.get(key);
    if (row === undefined) throw new Error(`Session ${key} vanished inside a transaction`);
    return readHead(row);
  }

  #command(key: bigint, id: string): StoredCommand | null {
    const row = this.#readCommand.get(key, id);
    return row === undefined ? null : readCommand(row);
  }

  #insertHead(commit: SessionCommit): bigint {
    const { session, head } = commit;
    return integer(this.#create.get(...headValues(head), session.tenant, session.session) ?? {}, "key");
  }

  #updateHead({ key, revision }: SessionRow, { session, head }: SessionCommit): bigint {
    this.#advance.run(...headValues(head), key, revision, session.tenant, session.session);
    return key;
  }

  #insertEvent(key: bigint, event: StoredEvent): void {
    this.#addEvent.run(
      key,
      event.ordinal,
      event.id,
      event.at,
      event.name,
      event.payload,
      event.commandId ?? null,
      skippedByText(event),
    );
  }

  #insertCommand(key: bigint, command: StoredCommand): void {
    this.#addCommand.run(key, command.id, command.scope, command.fingerprint, command.outcome);
  }

  writeEntities(key: bigint, changes: EntityChanges): void {
    if (changes.replace) this.#forgetEntities.run(key);
    for (const entity of changes.forget) this.#forgetEntity.run(key, entity.kind, entity.id);
    for (const entity of changes.put) this.#upsertEntity(key, entity);
  }

  #upsertEntity(key: bigint, entity: StoredEntity): void {
    this.#putEntity.run(
      key,
      entity.kind,
      entity.id,
      entity.createdOrdinal,
      entity.createdIndex,
      entity.lastEventOrdinal,
      entity.createdAt,
      entity.updatedAt,
      entity.commandId ?? null,
      entity.open ? 1n : 0n,
      entity.removed ? 1n : 0n,
      entity.payload,
    );
  }
}

function headValues(head: SessionHead): SqliteValue[] {
  return [head.revision, head.epoch, head.ordinal, head.tag, head.projected, head.view, head.horizon, head.floor];
}

function nameOf({ tenant, session }: SessionKey): string {
  return `${tenant}\u0000${session}`;
}
