/**
 * Owns the one statement that a commit is: it moves the head if the revision is the expected one, and only then writes
 * the rest. One statement is one transaction and one round trip. READ COMMITTED suffices: whoever had to wait for the
 * head's row compares the revision again.
 */
import type { EntityChanges, SessionCommit, SessionHead, SessionKey, StoredCommand, StoredEvent } from "../contract.ts";
import { skippedByText } from "../rows.ts";
import type { PostgresQuery, PostgresValue } from "./pool.ts";

/** It returns one row when it was written, none when it was not. */
export function commitQuery(schema: string, commit: SessionCommit): PostgresQuery {
  const { session, expect, events, command, entities, fence, due } = commit;
  const query = new QueryParts(schema);
  const parts: string[] = [];
  if (fence !== undefined) parts.push(`fence AS MATERIALIZED (${holdLease(query, session, fence)})`);
  parts.push(`head AS (${expect === null ? create(query, commit) : advance(query, commit, expect)})`);
  if (events.length > 0) parts.push(`added_events AS (${addEvents(query, events)})`);
  if (command !== undefined) parts.push(`added_command AS (${addCommand(query, command)})`);
  if (entities !== undefined) parts.push(...writeEntities(query, entities));
  if (due !== undefined && due.length > 0) parts.push(`due AS (${addLeases(query, session, due)})`);
  return query.end(`WITH ${parts.join(",\n")} SELECT key FROM head`);
}

/** The entities of a rewritten log, whose head has been moved already. */
export function entityQuery(schema: string, key: bigint, changes: EntityChanges): PostgresQuery {
  const query = new QueryParts(schema);
  query.named("rewrite");
  const parts = [`head AS (SELECT ${query.value(key)}::bigint AS key)`, ...writeEntities(query, changes)];
  return query.end(`WITH ${parts.join(",\n")} SELECT key FROM head`);
}

const COLUMN_TYPES: Readonly<Record<keyof SessionHead, "text" | "bigint">> = {
  revision: "text",
  epoch: "text",
  ordinal: "bigint",
  tag: "text",
  projected: "bigint",
  view: "text",
  horizon: "bigint",
  floor: "bigint",
};
// CAST: the keys of an object literal with exactly these keys.
const HEAD = Object.keys(COLUMN_TYPES) as (keyof SessionHead)[];

/** Locked until the commit is through: whoever takes the lease meanwhile waits, and then fences what comes later. */
function holdLease(query: QueryParts, session: SessionKey, token: bigint): string {
  query.named("fence");
  const [tenant, name, fence] = [session.tenant, session.session, token].map((value) => query.value(value));
  return `SELECT token FROM ${query.schema}.lease WHERE tenant = ${tenant} AND session = ${name} AND token = ${fence} FOR SHARE`;
}

function create(query: QueryParts, { session, head, fence }: SessionCommit): string {
  query.named("create");
  const values = [
    ...HEAD.map((column) => `${query.value(head[column])}::${COLUMN_TYPES[column]}`),
    `${query.value(session.tenant)}::text`,
    `${query.value(session.session)}::text`,
  ];
  return `INSERT INTO ${query.schema}.session (${HEAD.join(", ")}, tenant, session) SELECT ${values.join(", ")}
    ${fence === undefined ? "" : "FROM fence"} ON CONFLICT (tenant, session) DO NOTHING RETURNING key`;
}

/** A command that is stored already makes the commit a duplicate, whatever the revision is. */
function advance(query: QueryParts, { session, head, command, fence }: SessionCommit, expect: string): string {
  query.named("advance");
  const set = HEAD.map((column) => `${column} = ${query.value(head[column])}`);
  const where = [
    `s.tenant = ${query.value(session.tenant)}`,
    `s.session = ${query.value(session.session)}`,
    `s.revision = ${query.value(expect)}`,
  ];
  if (command !== undefined) {
    const id = query.value(command.id);
    where.push(`NOT EXISTS (SELECT FROM ${query.schema}.command c WHERE c.session_key = s.key AND c.id = ${id})`);
    query.named("once");
  }
  if (fence !== undefined) where.push("EXISTS (SELECT FROM fence)");
  return `UPDATE ${query.schema}.session s SET ${set.join(", ")} WHERE ${where.join(" AND ")} RETURNING s.key`;
}

function addEvents(query: QueryParts, events: readonly StoredEvent[]): string {
  query.named("events");
  const rows = query.rows(events, {
    ordinal: ["bigint", (event) => event.ordinal],
    id: ["text", (event) => event.id],
    at: ["double precision", (event) => event.at],
    name: ["text", (event) => event.name],
    payload: ["text", (event) => event.payload],
    command_id: ["text", (event) => event.commandId ?? null],
    skipped_by: ["text", skippedByText],
  });
  return `INSERT INTO ${query.schema}.event (session_key, ${rows.columns}) SELECT head.key, r.* FROM head, ${rows.from}`;
}

function addCommand(query: QueryParts, { id, scope, fingerprint, outcome }: StoredCommand): string {
  query.named("command");
  const values = [id, scope, fingerprint, outcome].map((value) => `${query.value(value)}::text`);
  return `INSERT INTO ${query.schema}.command (session_key, id, scope, fingerprint, outcome)
    SELECT head.key, ${values.join(", ")} FROM head`;
}

/** The parts of one statement see the same rows: what is put is not among what is deleted, so that their order is free. */
function writeEntities(query: QueryParts, { put, forget, replace }: EntityChanges): string[] {
  const parts: string[] = [];
  if (replace === true || forget.length > 0) {
    query.named(replace === true ? "replace" : "forget");
    const listed = query.rows(replace === true ? put : forget, {
      kind: ["text", (entity) => entity.kind],
      id: ["text", (entity) => entity.id],
    });
    const among = `${replace === true ? "NOT " : ""}EXISTS (SELECT FROM ${listed.from} WHERE r.kind = e.kind AND r.id = e.id)`;
    parts.push(`gone AS (DELETE FROM ${query.schema}.entity e USING head WHERE e.session_key = head.key AND ${among})`);
  }
  if (put.length > 0) parts.push(`put AS (${putEntities(query, put)})`);
  return parts;
}

function putEntities(query: QueryParts, put: EntityChanges["put"]): string {
  query.named("put");
  const rows = query.rows(put, {
    kind: ["text", (entity) => entity.kind],
    id: ["text", (entity) => entity.id],
    created_ordinal: ["bigint", (entity) => entity.createdOrdinal],
    created_index: ["double precision", (entity) => entity.createdIndex],
    last_event_ordinal: ["bigint", (entity) => entity.lastEventOrdinal],
    created_at: ["double precision", (entity) => entity.createdAt],
    updated_at: ["double precision", (entity) => entity.updatedAt],
    command_id: ["text", (entity) => entity.commandId ?? null],
    open: ["boolean", (entity) => entity.open],
    removed: ["boolean", (entity) => entity.removed],
    payload: ["text", (entity) => entity.payload],
  });
  const update = rows.names
    .filter((name) => name !== "kind" && name !== "id")
    .map((name) => `${name} = excluded.${name}`);
  return `INSERT INTO ${query.schema}.entity (session_key, ${rows.columns}) SELECT head.key, r.* FROM head, ${rows.from}
    ON CONFLICT (session_key, kind, id) DO UPDATE SET ${update.join(", ")}`;
}

function addLeases(query: QueryParts, session: SessionKey, names: readonly string[]): string {
  query.named("due");
  const [tenant, name] = [session.tenant, session.session].map((value) => `${query.value(value)}::text`);
  return `INSERT INTO ${query.schema}.lease (tenant, session, name, token, holder, expires_at)
    SELECT ${tenant}, ${name}, due, nextval('${query.schema}.lease_token'), '', clock_timestamp()
    FROM head, unnest(${query.value(names)}::text[]) AS r(due) ON CONFLICT DO NOTHING`;
}

type ScalarValue = Exclude<PostgresValue, readonly unknown[]>;
type Columns<Row> = Readonly<Record<string, readonly [type: string, value: (row: Row) => ScalarValue]>>;

const LETTERS = {
  create: "C",
  advance: "A",
  once: "o",
  events: "e",
  command: "c",
  replace: "r",
  forget: "f",
  put: "p",
  fence: "l",
  due: "d",
  rewrite: "w",
} as const;

/** Collects a statement's values in the order in which its text names them. The text depends on the parts alone. */
class QueryParts {
  readonly schema: string;
  readonly #values: PostgresValue[] = [];
  /** At most 63 bytes of a statement's name count: a letter for each part. */
  #name = "";

  constructor(schema: string) {
    this.schema = schema;
  }

  named(part: keyof typeof LETTERS): void {
    this.#name += LETTERS[part];
  }

  value(value: PostgresValue): string {
    return `$${this.#values.push(value)}`;
  }

  /** A list of records as a table `r`: one array per column, so that the text is the same for any number of them. */
  rows<Row>(rows: readonly Row[], columns: Columns<Row>): { from: string; columns: string; names: readonly string[] } {
    const names = Object.keys(columns);
    const arrays = Object.values(columns).map(([type, value]) => `${this.value(rows.map(value))}::${type}[]`);
    return { from: `unnest(${arrays.join(", ")}) AS r(${names.join(", ")})`, columns: names.join(", "), names };
  }

  end(text: string): PostgresQuery {
    return { name: `${this.schema}:${this.#name}`, text, values: this.#values };
  }
}
