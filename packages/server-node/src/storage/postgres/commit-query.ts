/**
 * Owns the one statement that a commit is, and that each rewriting of a log is: it moves the head if the revision is the
 * expected one, and only then writes the rest. One statement is one transaction and one round trip. READ COMMITTED
 * suffices: whoever had to wait for the head's row compares the revision again.
 */
import { baseText } from "../base-text.ts";
import type {
  EntityChanges,
  EntityIdentity,
  SessionCommit,
  SessionKey,
  SessionRedaction,
  SessionTruncation,
} from "../contract.ts";
import { COMMAND, type Columns, ENTITY, EVENT, HEAD, namesOf } from "./columns.ts";
import type { PostgresQuery } from "./pool.ts";
import { QueryParts } from "./query-parts.ts";

/** Like the others, it returns one row when it was written, none when it was not. */
export function commitQuery(schema: string, commit: SessionCommit): PostgresQuery {
  const { session, expect, events, command, entities, fence, due } = commit;
  const query = new QueryParts(schema);
  const parts: string[] = [];
  if (fence !== undefined) parts.push(`fence AS MATERIALIZED (${holdLease(query, session, fence)})`);
  parts.push(`head AS (${expect === null ? create(query, commit) : advance(query, { ...commit, expect })})`);
  if (events.length > 0) {
    query.named("events");
    parts.push(`added_events AS (${add(query, "event", EVENT, events)})`);
  }
  if (command !== undefined) {
    query.named("command");
    parts.push(`added_command AS (${add(query, "command", COMMAND, [command])})`);
  }
  if (entities !== undefined) parts.push(...writeEntities(query, entities));
  if (due !== undefined && due.length > 0) parts.push(`due AS (${addLeases(query, session, due)})`);
  return written(query, parts);
}

export function truncationQuery(schema: string, truncation: SessionTruncation): PostgresQuery {
  const query = new QueryParts(schema);
  query.named("truncate");
  const head = `head AS (${advance(query, truncation)})`;
  const floor = `${query.value(truncation.head.floor)}::bigint`;
  return written(query, [
    head,
    `gone AS (DELETE FROM ${schema}.event e USING head WHERE e.session_key = head.key AND e.ordinal <= ${floor})`,
    `base AS (INSERT INTO ${schema}.base (session_key, floor, entities)
       SELECT head.key, ${floor}, ${query.value(baseText(truncation.base))}::text FROM head
       ON CONFLICT (session_key) DO UPDATE SET floor = excluded.floor, entities = excluded.entities)`,
  ]);
}

export function redactionQuery(schema: string, redaction: SessionRedaction): PostgresQuery {
  const query = new QueryParts(schema);
  query.named("redact");
  return written(query, [
    `head AS (${advance(query, redaction)})`,
    `replaced_events AS (${replace(query, "event", EVENT, redaction.events, "ordinal")})`,
    `replaced_commands AS (${replace(query, "command", COMMAND, redaction.commands, "id")})`,
    ...writeEntities(query, redaction.entities),
  ]);
}

function written(query: QueryParts, parts: readonly string[]): PostgresQuery {
  return query.end(`WITH ${parts.join(",\n")} SELECT key FROM head`);
}

/** Locked until the commit is through: whoever takes the lease meanwhile waits, and then fences what comes later. */
function holdLease(query: QueryParts, session: SessionKey, token: bigint): string {
  query.named("fence");
  const [tenant, name, fence] = [session.tenant, session.session, token].map((value) => query.value(value));
  return `SELECT token FROM ${query.schema}.lease WHERE tenant = ${tenant} AND session = ${name} AND token = ${fence} FOR SHARE`;
}

function create(query: QueryParts, { session, head, fence }: SessionCommit): string {
  query.named("create");
  const values = [
    ...Object.values(HEAD).map(([type, value]) => `${query.value(value(head))}::${type}`),
    `${query.value(session.tenant)}::text`,
    `${query.value(session.session)}::text`,
  ];
  return `INSERT INTO ${query.schema}.session (${namesOf(HEAD)}, tenant, session) SELECT ${values.join(", ")}
    ${fence === undefined ? "" : "FROM fence"} ON CONFLICT (tenant, session) DO NOTHING RETURNING key`;
}

type Advance = Pick<SessionCommit, "session" | "head" | "command" | "fence"> & { readonly expect: string };

/** A command that is stored already makes the commit a duplicate, whatever the revision is. */
function advance(query: QueryParts, { session, expect, head, command, fence }: Advance): string {
  query.named("advance");
  const set = Object.entries(HEAD).map(([name, [, value]]) => `${name} = ${query.value(value(head))}`);
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

function add<Row>(query: QueryParts, table: string, columns: Columns<Row>, rows: readonly Row[]): string {
  return `INSERT INTO ${query.schema}.${table} (session_key, ${namesOf(columns)})
    SELECT head.key, r.* FROM head, ${query.rows(rows, columns)}`;
}

/** Those of the same `id`, a column. */
function replace<Row>(
  query: QueryParts,
  table: string,
  columns: Columns<Row>,
  rows: readonly Row[],
  id: string,
): string {
  const set = Object.keys(columns).map((name) => `${name} = r.${name}`);
  return `UPDATE ${query.schema}.${table} t SET ${set.join(", ")} FROM head, ${query.rows(rows, columns)}
    WHERE t.session_key = head.key AND t.${id} = r.${id}`;
}

const IDENTITY: Columns<EntityIdentity> = {
  kind: ["text", (entity) => entity.kind],
  id: ["text", (entity) => entity.id],
};

/** The parts of one statement see the same rows: what is put is not among what is deleted, so that their order is free. */
function writeEntities(query: QueryParts, { put, forget, replace }: EntityChanges): string[] {
  const parts: string[] = [];
  if (replace === true || forget.length > 0) {
    query.named(replace === true ? "replace" : "forget");
    const listed = query.rows<EntityIdentity>(replace === true ? put : forget, IDENTITY);
    const among = `${replace === true ? "NOT " : ""}EXISTS (SELECT FROM ${listed} WHERE r.kind = e.kind AND r.id = e.id)`;
    parts.push(`gone AS (DELETE FROM ${query.schema}.entity e USING head WHERE e.session_key = head.key AND ${among})`);
  }
  if (put.length > 0) {
    query.named("put");
    const changing = Object.keys(ENTITY).filter((name) => !Object.hasOwn(IDENTITY, name));
    const set = changing.map((name) => `${name} = excluded.${name}`);
    parts.push(`put AS (${add(query, "entity", ENTITY, put)}
      ON CONFLICT (session_key, kind, id) DO UPDATE SET ${set.join(", ")})`);
  }
  return parts;
}

function addLeases(query: QueryParts, session: SessionKey, names: readonly string[]): string {
  query.named("due");
  const [tenant, name] = [session.tenant, session.session].map((value) => `${query.value(value)}::text`);
  return `INSERT INTO ${query.schema}.lease (tenant, session, name, token, holder, expires_at)
    SELECT ${tenant}, ${name}, due, nextval('${query.schema}.lease_token'), '', clock_timestamp()
    FROM head, unnest(${query.value(names)}::text[]) AS r(due) ON CONFLICT DO NOTHING`;
}
