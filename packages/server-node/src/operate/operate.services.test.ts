import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { postgresStorage } from "../storage/postgres/postgres-storage.ts";
import { CANARY, operate, writeSession } from "./testing/operator-story.ts";
import { NOTES, runHere } from "./testing/run-bin.ts";

const url = inject("postgresUrl");

describe.skipIf(url === null)("PostgreSQL", () => {
  const admin = new pg.Pool({ connectionString: url ?? "", max: 2 });
  afterAll(() => admin.end());

  async function aDatabase() {
    const name = `operate_${randomBytes(6).toString("hex")}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const { href } = Object.assign(new URL(url ?? ""), { pathname: `/${name}` });
    const pool = new pg.Pool({ connectionString: href, max: 2 });
    onTestFinished(async () => {
      if (!pool.ended) await pool.end();
      // It waits for connections that are about to go; told to end them, it would end them with an error.
      await admin.query(`DROP DATABASE ${name}`);
    });
    return { name, href, pool };
  }

  it("L06 F-E4 C50 an operator does the same there, and a dump has nothing of what was erased", async () => {
    const { href, pool } = await aDatabase();
    const storage = await postgresStorage({ pool });
    await writeSession(storage);
    expect(await dump(pool)).toContain(CANARY);
    await operate(href);
    await storage.remove({ tenant: "acme", session: "copy" });
    const left = await dump(pool);
    expect(left).toContain("sessionstream.Erased");
    expect(left).not.toContain(CANARY);
  });

  it("L06 F-D18 a database of a newer version is refused, and no connection to it stays open", async () => {
    const { name, href, pool } = await aDatabase();
    await postgresStorage({ pool });
    await pool.query("UPDATE sessionstream.schema_version SET version = 99");
    await pool.end();
    const ran = await runHere("inspect", "acme/room-1", "--storage", href, "--modules", NOTES);
    expect(ran).toMatchObject({ code: 5, err: expect.stringContaining("Upgrade") });
    const open = "SELECT FROM pg_stat_activity WHERE datname = $1";
    await expect.poll(async () => (await admin.query(open, [name])).rowCount, { timeout: 5_000 }).toBe(0);
  });
});

/** Every row of every table, as text. */
async function dump(pool: pg.Pool): Promise<string> {
  const tables = await pool.query(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'sessionstream'",
  );
  const rows = await Promise.all(
    tables.rows.map(({ table_name: table }) => pool.query(`SELECT t::text AS row FROM sessionstream.${table} t`)),
  );
  return rows.flatMap(({ rows: found }) => found.map(({ row }) => row)).join("\n");
}
