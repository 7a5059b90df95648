import type * as storage from "@sessionstream/server-node";
import { and, asc, eq, getTableColumns, gt, sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { commands, entities, events, heads } from "./tables.ts";

type Transaction = Pick<NodePgDatabase, "select" | "insert" | "update" | "delete">;
type SessionTable = typeof heads | typeof events | typeof commands | typeof entities;

/** Sessions in tables of the application's own, which it migrates together with its other ones. */
export function drizzleStorage(db: NodePgDatabase): storage.MessageStorageAdapter {
  const underway = new Set<Promise<unknown>>();
  let closed = false;

  async function during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (closed) throw new Error("This storage was closed: make another one.");
    const begun = work();
    underway.add(begun);
    return begun.finally(() => underway.delete(begun));
  }
  const oneView = { isolationLevel: "repeatable read", accessMode: "read only" } as const;

  return {
    capabilities: { durability: "power", shared: false },
    load: (session) =>
      during(() =>
        db.transaction(async (tx) => {
          const head = await headOf(tx, session);
          const rows = await tx.select().from(entities).where(within(entities, session));
          return head && { head, entities: rows.map((row) => record<storage.StoredEntity>(row)) };
        }, oneView),
      ),
    events: (session, { after, limit }) =>
      during(() =>
        db.transaction(async (tx) => {
          const head = await headOf(tx, session);
          if (after < (head?.floor ?? 0n)) return "gone";
          const above = and(within(events, session), gt(events.ordinal, after));
          const rows = await tx.select().from(events).where(above).orderBy(asc(events.ordinal)).limit(limit);
          return rows.map((row) => record<storage.StoredEvent>(row));
        }, oneView),
      ),
    command: (session, id) => during(() => commandOf(db, session, id)),
    commit: (commit) => during(() => db.transaction((tx) => write(tx, commit))),
    remove: (session) =>
      during(() =>
        db.transaction(async (tx) => {
          for (const table of [heads, events, commands, entities]) await tx.delete(table).where(within(table, session));
        }),
      ),
    async close() {
      closed = true;
      await Promise.allSettled(underway);
    },
  };
}

async function write(tx: Transaction, commit: storage.SessionCommit): Promise<storage.CommitResult> {
  const { session, expect, head, command, entities: changes } = commit;
  const known = command && (await commandOf(tx, session, command.id));
  if (known) return { status: "duplicate", command: known };

  // Whoever comes second waits for the first here, and then finds another revision.
  const expected = and(within(heads, session), eq(heads.revision, expect ?? ""));
  const moved =
    expect === null
      ? await tx
          .insert(heads)
          .values({ ...session, ...head })
          .onConflictDoNothing()
          .returning()
      : await tx.update(heads).set(head).where(expected).returning();
  if (moved.length === 0) {
    const first = command && (await commandOf(tx, session, command.id));
    if (first) return { status: "duplicate", command: first };
    return { status: "conflict", head: await headOf(tx, session) };
  }

  const rows = commit.events.map((event) => ({
    ...session,
    ...event,
    skippedBy: event.skippedBy && [...event.skippedBy],
  }));
  if (rows.length > 0) await tx.insert(events).values(rows);
  if (command) await tx.insert(commands).values({ ...session, ...command });
  if (changes?.replace) await tx.delete(entities).where(within(entities, session));
  for (const { kind, id } of changes?.forget ?? []) {
    await tx.delete(entities).where(and(within(entities, session), eq(entities.kind, kind), eq(entities.id, id)));
  }
  for (const put of inPortions(changes?.put ?? [])) {
    await tx
      .insert(entities)
      .values(put.map((entity) => ({ ...session, ...entity })))
      .onConflictDoUpdate({
        target: [entities.tenant, entities.session, entities.kind, entities.id],
        set: REPLACED,
      });
  }
  return { status: "committed" };
}

const REPLACED = Object.fromEntries(
  Object.entries(getTableColumns(entities)).map(([key, { name }]) => [key, sql.raw(`excluded.${name}`)]),
);

/** PostgreSQL takes 65,535 values a statement. */
const MOST_ROWS = 1_000;

function inPortions<Row>(rows: readonly Row[]): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / MOST_ROWS) }, (_, index) =>
    rows.slice(index * MOST_ROWS, (index + 1) * MOST_ROWS),
  );
}

async function headOf(tx: Transaction, session: storage.SessionKey): Promise<storage.SessionHead | null> {
  const [row] = await tx.select().from(heads).where(within(heads, session));
  return row ? record<storage.SessionHead>(row) : null;
}

async function commandOf(
  tx: Transaction,
  session: storage.SessionKey,
  id: string,
): Promise<storage.StoredCommand | null> {
  const [row] = await tx
    .select()
    .from(commands)
    .where(and(within(commands, session), eq(commands.id, id)));
  return row ? record<storage.StoredCommand>(row) : null;
}

function within(table: SessionTable, { tenant, session }: storage.SessionKey) {
  return and(eq(table.tenant, tenant), eq(table.session, session));
}

/** A row without the session's name, and without what is not there. */
function record<Stored>({ tenant: _tenant, session: _session, ...row }: Record<string, unknown>): Stored {
  // CAST: the tables have the contract's own names and types.
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Stored;
}
