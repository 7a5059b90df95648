/**
 * Owns the tables and how older ones become current ones. A released migration never changes; a change of the tables
 * is another entry at the end. Everything lives in a schema of its own, because the database may be the application's.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import { assertKnownSchema } from "../refusals.ts";
import { inTransaction, type PostgresClient, type PostgresPool } from "./pool.ts";

/**
 * Ids compare byte by byte (collation "C"). Events, commands and entities are found by the session's short key: a key is
 * never used again, so that rows of a removed session can never be met.
 */
const INITIAL = [
  `CREATE TABLE session (
    key       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant    TEXT COLLATE "C" NOT NULL,
    session   TEXT COLLATE "C" NOT NULL,
    revision  TEXT NOT NULL,
    epoch     TEXT NOT NULL,
    ordinal   BIGINT NOT NULL,
    tag       TEXT NOT NULL,
    projected BIGINT NOT NULL,
    view      TEXT NOT NULL,
    horizon   BIGINT NOT NULL,
    floor     BIGINT NOT NULL,
    UNIQUE (tenant, session)
  ) WITH (fillfactor = 70)`,

  `CREATE TABLE event (
    session_key BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    id          TEXT NOT NULL,
    at          DOUBLE PRECISION NOT NULL,
    name        TEXT NOT NULL,
    payload     TEXT NOT NULL,
    command_id  TEXT,
    skipped_by  TEXT,
    PRIMARY KEY (session_key, ordinal)
  )`,

  `CREATE TABLE command (
    session_key BIGINT NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    scope       TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    PRIMARY KEY (session_key, id)
  )`,

  `CREATE TABLE entity (
    session_key        BIGINT NOT NULL,
    kind               TEXT COLLATE "C" NOT NULL,
    id                 TEXT COLLATE "C" NOT NULL,
    created_ordinal    BIGINT NOT NULL,
    created_index      DOUBLE PRECISION NOT NULL,
    last_event_ordinal BIGINT NOT NULL,
    created_at         DOUBLE PRECISION NOT NULL,
    updated_at         DOUBLE PRECISION NOT NULL,
    command_id         TEXT,
    open               BOOLEAN NOT NULL,
    removed            BOOLEAN NOT NULL,
    payload            TEXT NOT NULL,
    PRIMARY KEY (session_key, kind, id)
  )`,

  "CREATE SEQUENCE lease_token",

  // Named, not keyed: a lease may be taken before its session has a log.
  `CREATE TABLE lease (
    tenant     TEXT COLLATE "C" NOT NULL,
    session    TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    token      BIGINT NOT NULL,
    holder     TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant, session, name)
  )`,

  "CREATE INDEX ON lease (expires_at)",
];

const DIRECTORY = [
  `CREATE TABLE directory (
    tenant           TEXT COLLATE "C" NOT NULL,
    session          TEXT COLLATE "C" NOT NULL,
    owner            TEXT COLLATE "C" NOT NULL,
    title            TEXT NOT NULL,
    given_title      TEXT,
    preview          TEXT NOT NULL,
    found_title      TEXT COLLATE "C" NOT NULL,
    found_given      TEXT COLLATE "C",
    found_preview    TEXT COLLATE "C" NOT NULL,
    created_at       DOUBLE PRECISION NOT NULL,
    last_activity_at DOUBLE PRECISION NOT NULL,
    ordinal          BIGINT NOT NULL,
    messages         TEXT NOT NULL,
    PRIMARY KEY (tenant, session)
  )`,

  "CREATE INDEX ON directory (tenant, owner, last_activity_at DESC, session)",

  `CREATE TABLE directory_mark (
    tenant       TEXT COLLATE "C" NOT NULL,
    session      TEXT COLLATE "C" NOT NULL,
    principal    TEXT COLLATE "C" NOT NULL,
    pinned       BOOLEAN NOT NULL,
    muted        BOOLEAN NOT NULL,
    archived     BOOLEAN NOT NULL,
    read_ordinal BIGINT NOT NULL,
    PRIMARY KEY (tenant, session, principal)
  )`,
];

const BASE = [
  `CREATE TABLE base (
    session_key BIGINT PRIMARY KEY,
    floor       BIGINT NOT NULL,
    entities    TEXT NOT NULL
  )`,
];

/** Entry n brings a schema from version n to n + 1, in one transaction: what was interrupted begins again there. */
export const MIGRATIONS: readonly (readonly string[])[] = [INITIAL, DIRECTORY, BASE];

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,40}$/;

/** @throws invalid_options for a name that would need quoting. */
export function checkSchemaName(schema: string): void {
  if (SCHEMA_NAME.test(schema)) return;
  throw new SessionStreamError(
    "invalid_options",
    `"${schema}" cannot be the name of a schema: use at most 41 of a-z, 0-9 and _, not beginning with a digit.`,
  );
}

/** Any number will do that nobody else uses. */
const LOCK = 7_305_513_108_114_201n;

/** @throws storage_unavailable when the tables are those of a newer version of this package. */
export async function migrate(pool: PostgresPool, schema: string, migrations = MIGRATIONS): Promise<void> {
  while (await inTransaction(pool, "BEGIN", (client) => migrateOnce(client, schema, migrations)));
}

/** @returns whether there is more to do. */
async function migrateOnce(client: PostgresClient, schema: string, migrations: typeof MIGRATIONS): Promise<boolean> {
  await client.query({ text: "SELECT pg_advisory_xact_lock($1)", values: [LOCK] });
  // Asked first: even with IF NOT EXISTS, only a role that may create can run these, and a hub needs no such role.
  const made = await client.query({ text: `SELECT to_regclass('${schema}.schema_version') IS NULL AS missing` });
  if (made.rows[0]?.["missing"] === true) {
    await client.query({ text: `CREATE SCHEMA IF NOT EXISTS ${schema}` });
    await client.query({ text: `CREATE TABLE ${schema}.schema_version (version INTEGER NOT NULL)` });
  }
  await client.query({ text: `SET LOCAL search_path TO ${schema}` });
  const { rows } = await client.query({ text: "SELECT version FROM schema_version" });
  const version = Number(rows[0]?.["version"] ?? 0);
  assertKnownSchema(version, migrations.length);
  const migration = migrations[version];
  if (migration === undefined) return false;
  for (const text of migration) await client.query({ text });
  await client.query({ text: "DELETE FROM schema_version" });
  await client.query({ text: "INSERT INTO schema_version (version) VALUES ($1)", values: [version + 1] });
  return version + 1 < migrations.length;
}
