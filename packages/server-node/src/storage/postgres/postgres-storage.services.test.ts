import { randomBytes } from "node:crypto";
import { ORDINAL_MAX } from "@sessionstream/protocol";
import pg from "pg";
import { afterAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { contents } from "../../testing/storage-conformance/check.ts";
import { aHead, commitAfter } from "../../testing/storage-conformance/records.ts";
import type { PostgresPool } from "./pool.ts";
import { postgresStorage } from "./postgres-storage.ts";
import { MIGRATIONS, migrate } from "./schema.ts";
import { failingPool } from "./testing/failing-pool.ts";

const url = inject("postgresUrl");

describe.skipIf(url === null)("PostgreSQL", () => {
  const pool = new pg.Pool({ connectionString: url ?? "", max: 8 });
  afterAll(() => pool.end());

  function aSchema(): string {
    const schema = `storage_${randomBytes(8).toString("hex")}`;
    onTestFinished(async () => void (await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)));
    return schema;
  }

  const open = (schema: string, through: PostgresPool = pool) => postgresStorage({ pool: through, schema });
  const session = (name: string) => ({ tenant: "acme", session: name });
  const NEXT = [["ALTER TABLE event ADD COLUMN note TEXT"], ["ALTER TABLE event ADD COLUMN remark TEXT"]];

  it.each([
    ["on", "on", "power"],
    ["on", "remote_apply", "power"],
    ["on", "off", "process"],
    ["off", "on", "process"],
  ])("F-D7 fsync %s and synchronous_commit %s: claims %s", async (fsync, synchronous, durability) => {
    const settings: PostgresPool = {
      connect: (taken) => pool.connect(taken),
      query: (query) =>
        query.text.includes("current_setting('fsync')")
          ? Promise.resolve({ rows: [{ fsync, synchronous }] })
          : pool.query(query.text, query.values),
    };
    const storage = await open(aSchema(), settings);
    expect(storage.capabilities).toMatchObject({ durability, shared: true });
  });

  it.each(["Chat", "my-chat", "1st", 'a"b', "", "s".repeat(42)])("refuses the schema name %j", async (schema) => {
    await expect(open(schema)).rejects.toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining("a-z"),
    });
  });

  it("refuses a pool whose type parsers make numbers of ordinals, and takes one that makes bigints", async () => {
    const parsedBy = (parse: (text: string) => unknown) => {
      const types = {
        getTypeParser: (id: number) => (id === pg.types.builtins.INT8 ? parse : pg.types.getTypeParser(id)),
      };
      const parsing = new pg.Pool({ connectionString: url ?? "", max: 2, types });
      onTestFinished(() => parsing.end());
      return parsing;
    };
    await expect(open(aSchema(), parsedBy(Number))).rejects.toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining("types"),
    });
    const storage = await open(aSchema(), parsedBy(BigInt));
    const { head, session: key } = commitAfter(null, "r1", { events: 1 });
    await storage.commit(commitAfter(null, "r1", { events: 1 }));
    expect((await storage.load(key))?.head).toEqual(head);
  });

  it("F-D9 says that the database cannot be reached, and works on when it can", async () => {
    const schema = aSchema();
    const nowhere = new pg.Pool({ connectionString: "postgres://postgres@127.0.0.1:1/none" });
    onTestFinished(() => nowhere.end());
    await expect(open(schema, nowhere)).rejects.toMatchObject({ code: "storage_unavailable", retryable: true });
    const faults = failingPool(pool);
    const storage = await open(schema, faults.pool);
    faults.failAt(1);
    const lost = storage.commit(commitAfter(null, "r1", { events: 1 }));
    await expect(lost).rejects.toMatchObject({ code: "storage_unavailable", retryable: true });
    expect(await storage.commit(commitAfter(null, "r1", { events: 1 }))).toEqual({ status: "committed" });
  });

  it("F-D18 brings older tables up to date step by step, and goes on where it was interrupted", async () => {
    const schema = aSchema();
    const storage = await open(schema);
    await storage.commit(commitAfter(null, "r1", { events: 3 }));
    const before = await contents(storage);

    const broken = migrate(pool, schema, [...MIGRATIONS, ...NEXT, ["not SQL"]]);
    await expect(broken).rejects.toThrow("syntax");
    const version = await pool.query(`SELECT version FROM ${schema}.schema_version`);
    expect(version.rows).toEqual([{ version: MIGRATIONS.length + NEXT.length }]);

    await migrate(pool, schema, [...MIGRATIONS, ...NEXT]);
    // Also through the statements that were prepared before.
    expect(await contents(storage)).toEqual(before);
  });

  it("F-D18 ten processes that start at once migrate once", async () => {
    const schema = aSchema();
    const storages = await Promise.all(Array.from({ length: 10 }, () => open(schema)));
    const [first] = storages;
    await first?.commit(commitAfter(null, "r1", { events: 1 }));
    const heads = await Promise.all(storages.map((storage) => storage.load(commitAfter(null, "r1").session)));
    expect(heads.map((found) => found?.head.revision)).toEqual(storages.map(() => "r1"));
  });

  it("F-D18 works for a role that may write rows and make nothing, once the tables are there", async () => {
    const schema = aSchema();
    await open(schema);
    const role = `${schema}_rows`;
    await pool.query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA ${schema} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`);
    onTestFinished(async () => void (await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)));
    const limited = new pg.Pool({ connectionString: url ?? "", options: `-c role=${role}` });
    onTestFinished(() => limited.end());
    const storage = await open(schema, limited);
    expect(await storage.commit(commitAfter(null, "r1", { events: 1 }))).toEqual({ status: "committed" });
  });

  it("F-D18 refuses tables of a newer version", async () => {
    const schema = aSchema();
    await migrate(pool, schema, [...MIGRATIONS, ...NEXT]);
    const upgrade = { code: "storage_unavailable", retryable: false, message: expect.stringContaining("Upgrade") };
    await expect(open(schema)).rejects.toMatchObject(upgrade);
  });

  it("H60 refuses an ordinal that PostgreSQL cannot hold and writes nothing", async () => {
    const storage = await open(aSchema());
    const head = aHead({ revision: "r1", ordinal: ORDINAL_MAX + 1n });
    const commit = storage.commit({ session: session("a"), expect: null, head, events: [] });
    await expect(commit).rejects.toMatchObject({ code: "ordinal_exhausted" });
    expect(await storage.load(session("a"))).toBeNull();
  });

  it("leaves no rows behind that a commit wrote while its session was removed", async () => {
    const schema = aSchema();
    const storage = await open(schema);
    const first = commitAfter(null, "r1", { events: 1 }, session("a"));
    await storage.commit(first);
    // As a commit does it, with time between its head and its rows.
    const writer = await pool.connect();
    await writer.query("BEGIN");
    const { rows } = await writer.query(`UPDATE ${schema}.session SET revision = 'r2' RETURNING key`);
    const removing = storage.remove(session("a"));
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${schema}.session%'`;
    await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1);
    await writer.query(`INSERT INTO ${schema}.event VALUES ($1, 2, 'late', 0, 'n', '{}')`, [rows[0].key]);
    await writer.query("COMMIT");
    writer.release();
    await removing;
    expect((await pool.query(`SELECT FROM ${schema}.event`)).rows).toEqual([]);
  });

  it.each([
    ["a list that is none", (table: string) => `UPDATE ${table} SET skipped_by = '{'`],
    ["a time that is text", (table: string) => `ALTER TABLE ${table} ALTER COLUMN at TYPE text`],
  ])("F-D17 a row with %s is damaged, and says so", async (_, damage) => {
    const schema = aSchema();
    const storage = await open(schema);
    await storage.commit(commitAfter(null, "r1", { events: 2 }, session("a")));
    await pool.query(damage(`${schema}.event`));
    const events = storage.events(session("a"), { after: 0n, limit: 1 });
    await expect(events).rejects.toMatchObject({ code: "corrupt_data", retryable: false });
  });

  it("refuses tables that something else has changed", async () => {
    const schema = aSchema();
    const storage = await open(schema);
    await storage.commit(commitAfter(null, "r1", { events: 1 }, session("a")));
    await pool.query(`ALTER TABLE ${schema}.event RENAME COLUMN payload TO body`);
    const events = storage.events(session("a"), { after: 0n, limit: 1 });
    await expect(events).rejects.toMatchObject({ code: "storage_unavailable", retryable: false });
  });

  it("H49 leaves the pool to the application when it is closed", async () => {
    const storage = await open(aSchema());
    await storage.close();
    await expect(storage.load(session("a"))).rejects.toMatchObject({ code: "closed" });
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });
});
