import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, describe, inject } from "vitest";
import { describeMessageRowConformance } from "../../testing/vitest/index.ts";
import { postgresMessageRows } from "./postgres-message-rows.ts";

const url = inject("postgresUrl");

describe.skipIf(url === null)("PostgreSQL", () => {
  const pool = new pg.Pool({ connectionString: url ?? "", max: 20 });
  const schema = `rows_${randomBytes(8).toString("hex")}`;
  let tables = 0;
  afterAll(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });

  describeMessageRowConformance("PostgreSQL", async () => {
    tables += 1;
    await pool.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    const open = () => postgresMessageRows({ pool, table: `${schema}.rows_${tables}` });
    // Two processes that begin at once.
    const [store] = await Promise.all([open(), open()]);
    return store;
  });
});
