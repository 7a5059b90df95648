import { expect, it } from "vitest";
import type { PostgresPool } from "./pool.ts";
import { postgresStorage } from "./postgres-storage.ts";

it("F-D4 a replica is refused before anything is asked of its tables", async () => {
  const asked: string[] = [];
  const replica: PostgresPool = {
    query: async ({ text }) => {
      asked.push(text);
      return { rows: [{ replica: true }] };
    },
    connect: (taken) => taken(new Error("not to be used"), undefined),
  };
  await expect(postgresStorage({ pool: replica })).rejects.toMatchObject({
    code: "invalid_options",
    message: expect.stringContaining("primary"),
  });
  expect(asked).toHaveLength(1);
});
