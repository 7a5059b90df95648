import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { describeDirectoryConformance } from "../../testing/vitest/index.ts";
import { postgresDirectory } from "./postgres-directory.ts";

const url = inject("postgresUrl");

describe.skipIf(url === null)("PostgreSQL", () => {
  const pool = new pg.Pool({ connectionString: url ?? "", max: 10 });
  afterAll(() => pool.end());

  function aSchema(): string {
    const schema = `directory_${randomBytes(8).toString("hex")}`;
    onTestFinished(async () => void (await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)));
    return schema;
  }

  describeDirectoryConformance("PostgreSQL", () => postgresDirectory({ pool, schema: aSchema() }));

  it("says that the database cannot be reached", async () => {
    const nowhere = new pg.Pool({ connectionString: "postgres://postgres@127.0.0.1:1/none" });
    onTestFinished(() => nowhere.end());
    await expect(postgresDirectory({ pool: nowhere })).rejects.toMatchObject({ code: "storage_unavailable" });
    await expect(postgresDirectory({ pool, schema: "a-b" })).rejects.toMatchObject({ code: "invalid_options" });
  });
});
