import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeStorageConformance } from "@sessionstream/server-node/testing/vitest";
import { describe, inject } from "vitest";
import { drizzleStorage } from "./drizzle-storage.ts";
import { openDatabase } from "./open-database.ts";

const CHILD = fileURLToPath(new URL("./drizzle-child.ts", import.meta.url));
const TABLES = readFileSync(new URL("./tables.sql", import.meta.url), "utf8");
const url = inject("postgresUrl");

describe.skipIf(url === null)("Drizzle", () => {
  describeStorageConformance("Drizzle on PostgreSQL", {
    open: async () => {
      const schema = `drizzle_${randomBytes(8).toString("hex")}`;
      const { db, pool } = openDatabase(url ?? "", schema);
      await pool.query(`CREATE SCHEMA ${schema}; ${TABLES}`);
      const storage = drizzleStorage(db);
      const dispose = async () => {
        await storage.close();
        await pool.query(`DROP SCHEMA ${schema} CASCADE`);
        await pool.end();
      };
      return { storage, schema, db, dispose };
    },
    reopen: async ({ db }) => drizzleStorage(db),
    process: ({ schema }) =>
      fork(CHILD, [url ?? "", schema], {
        execArgv: ["--conditions=@sessionstream/source", "--import", "tsx"],
        serialization: "advanced",
      }),
    faults: { missing: "Drizzle sends its statements by itself" },
  });
});
