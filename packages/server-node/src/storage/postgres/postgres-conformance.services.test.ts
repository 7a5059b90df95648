import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, describe, inject } from "vitest";
import { describeStorageConformance } from "../../testing/vitest/index.ts";
import { postgresStorage } from "./postgres-storage.ts";
import { failingPool } from "./testing/failing-pool.ts";

const CHILD = fileURLToPath(new URL("./testing/postgres-child.ts", import.meta.url));
const url = inject("postgresUrl");

// CONFORMANCE_TIMINGS=1 prints how long the calls take.
const timings = process.env["CONFORMANCE_TIMINGS"] === "1";

describe.skipIf(url === null)("PostgreSQL", () => {
  const pool = new pg.Pool({ connectionString: url ?? "", max: 20 });
  afterAll(() => pool.end());

  describeStorageConformance(
    "PostgreSQL",
    {
      open: async () => {
        const schema = `conformance_${randomBytes(8).toString("hex")}`;
        const faults = failingPool(pool);
        const storage = await postgresStorage({ pool: faults.pool, schema });
        const dispose = async () => {
          await storage.close();
          await pool.query(`DROP SCHEMA ${schema} CASCADE`);
        };
        return { storage, schema, faults, dispose };
      },
      reopen: ({ schema }) => postgresStorage({ pool, schema }),
      process: ({ schema }) =>
        fork(CHILD, [url ?? "", schema], {
          execArgv: ["--conditions=@sessionstream/source", "--import", "tsx"],
          serialization: "advanced",
        }),
      faults: ({ faults }) => faults,
      shared: true,
      retention: true,
      redaction: true,
    },
    { timings },
  );
});
