import { randomBytes } from "node:crypto";
import pg from "pg";
import { describe, expect, inject, it } from "vitest";
import { postgresStorage } from "../storage/postgres/postgres-storage.ts";
import { CANARY, operate, writeSession } from "./testing/operator-story.ts";

const url = inject("postgresUrl");

describe.skipIf(url === null)("PostgreSQL", () => {
  it("L06 F-E4 C50 an operator does the same there, and a dump has nothing of what was erased", async () => {
    const admin = new pg.Pool({ connectionString: url ?? "", max: 2 });
    const name = `operate_${randomBytes(6).toString("hex")}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const own = new URL(url ?? "");
    own.pathname = `/${name}`;
    const pool = new pg.Pool({ connectionString: own.href, max: 2 });
    try {
      const storage = await postgresStorage({ pool });
      await writeSession(storage);
      expect(await dump(pool)).toContain(CANARY);
      await operate(own.href);
      await storage.remove({ tenant: "acme", session: "copy" });
      const left = await dump(pool);
      expect(left).toContain("sessionstream.Erased");
      expect(left).not.toContain(CANARY);
    } finally {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    }
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
