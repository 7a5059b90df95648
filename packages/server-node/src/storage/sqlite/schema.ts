/**
 * Owns the tables and how an older file becomes a current one. A released migration never changes; a change of the
 * tables is another entry at the end. Names are prefixed and the version has its own table, because the file may be
 * the application's.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import { assertKnownSchema } from "../refusals.ts";
import type { SqliteConnection } from "./driver.ts";
import { Transaction } from "./transaction.ts";

/**
 * Ordinals are INTEGER (int64), times and other numbers REAL: so a driver returns bigint here and number there.
 * Rows are appended, whatever session they belong to, and found through an index of short entries: with the rows
 * themselves ordered by session, inserting into a hundred sessions at a time took 2.5 times as long.
 */
const INITIAL = `
  CREATE TABLE sessionstream_session (
    key       INTEGER PRIMARY KEY,
    tenant    TEXT NOT NULL,
    session   TEXT NOT NULL,
    revision  TEXT NOT NULL,
    epoch     TEXT NOT NULL,
    ordinal   INTEGER NOT NULL,
    tag       TEXT NOT NULL,
    projected INTEGER NOT NULL,
    view      TEXT NOT NULL,
    horizon   INTEGER NOT NULL,
    floor     INTEGER NOT NULL,
    UNIQUE (tenant, session)
  ) STRICT;

  CREATE TABLE sessionstream_event (
    session_key INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    id          TEXT NOT NULL,
    at          REAL NOT NULL,
    name        TEXT NOT NULL,
    payload     TEXT NOT NULL,
    command_id  TEXT,
    skipped_by  TEXT,
    UNIQUE (session_key, ordinal)
  ) STRICT;

  CREATE TABLE sessionstream_command (
    session_key INTEGER NOT NULL,
    id          TEXT NOT NULL,
    scope       TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    UNIQUE (session_key, id)
  ) STRICT;

  CREATE TABLE sessionstream_entity (
    session_key        INTEGER NOT NULL,
    kind               TEXT NOT NULL,
    id                 TEXT NOT NULL,
    created_ordinal    INTEGER NOT NULL,
    created_index      REAL NOT NULL,
    last_event_ordinal INTEGER NOT NULL,
    created_at         REAL NOT NULL,
    updated_at         REAL NOT NULL,
    command_id         TEXT,
    open               INTEGER NOT NULL,
    removed            INTEGER NOT NULL,
    payload            TEXT NOT NULL,
    UNIQUE (session_key, kind, id)
  ) STRICT;
`;

/** AUTOINCREMENT: a token is never given twice, whatever was deleted. */
const LEASES = `
  CREATE TABLE sessionstream_lease (
    token      INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     TEXT NOT NULL,
    session    TEXT NOT NULL,
    name       TEXT NOT NULL,
    holder     TEXT NOT NULL,
    expires_at REAL NOT NULL,
    UNIQUE (tenant, session, name)
  ) STRICT;

  CREATE INDEX sessionstream_lease_expiry ON sessionstream_lease (expires_at);
`;

/** Times are REAL, flags and ordinals INTEGER. What is searched for is kept folded: SQLite folds ASCII alone. */
const DIRECTORY = `
  CREATE TABLE sessionstream_directory (
    tenant           TEXT NOT NULL,
    session          TEXT NOT NULL,
    owner            TEXT NOT NULL,
    title            TEXT NOT NULL,
    given_title      TEXT,
    preview          TEXT NOT NULL,
    found_title      TEXT NOT NULL,
    found_given      TEXT,
    found_preview    TEXT NOT NULL,
    created_at       REAL NOT NULL,
    last_activity_at REAL NOT NULL,
    ordinal          INTEGER NOT NULL,
    messages         TEXT NOT NULL,
    PRIMARY KEY (tenant, session)
  ) STRICT;

  CREATE INDEX sessionstream_directory_owner
    ON sessionstream_directory (tenant, owner, last_activity_at DESC, session);

  CREATE TABLE sessionstream_directory_mark (
    tenant       TEXT NOT NULL,
    session      TEXT NOT NULL,
    principal    TEXT NOT NULL,
    pinned       INTEGER NOT NULL,
    muted        INTEGER NOT NULL,
    archived     INTEGER NOT NULL,
    read_ordinal INTEGER NOT NULL,
    PRIMARY KEY (tenant, session, principal)
  ) STRICT;
`;

const BASE = `
  CREATE TABLE sessionstream_base (
    session_key INTEGER PRIMARY KEY,
    floor       INTEGER NOT NULL,
    entities    TEXT NOT NULL
  ) STRICT;
`;

/** Entry n brings a file from version n to n + 1. */
export const MIGRATIONS: readonly string[] = [INITIAL, LEASES, DIRECTORY, BASE];

/** All missing migrations or none, also when several processes open an old file at once. */
export function migrate(connection: SqliteConnection, migrations: readonly string[] = MIGRATIONS): void {
  const transaction = Transaction.toWrite(connection);
  transaction.begin();
  try {
    connection.exec("CREATE TABLE IF NOT EXISTS sessionstream_schema (version INTEGER NOT NULL) STRICT");
    const version = readVersion(connection);
    assertKnownSchema(version, migrations.length);
    if (version < migrations.length) {
      for (const migration of migrations.slice(version)) connection.exec(migration);
      connection.exec("DELETE FROM sessionstream_schema");
      connection.exec(`INSERT INTO sessionstream_schema (version) VALUES (${migrations.length})`);
    }
    transaction.commit();
  } catch (error) {
    transaction.abandon();
    throw SessionStreamError.from(error, "storage_unavailable");
  }
}

function readVersion(connection: SqliteConnection): number {
  return Number(connection.prepare("SELECT version FROM sessionstream_schema").get()?.["version"] ?? 0n);
}
