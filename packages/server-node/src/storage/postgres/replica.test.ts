import { expect, it } from "vitest";
import type { PostgresPool } from "./pool.ts";
import { postgresDirectory } from "./postgres-directory.ts";
import { postgresStorage } from "./postgres-storage.ts";

it.each([
  ["storage", postgresStorage],
  ["directory", postgresDirectory],
])("F-D4 a replica is refused before the %s asks anything of its tables", async (_, open) => {
  const asked: string[] = [];
  const replica: PostgresPool = {
    query: async ({ text }) => {
      asked.push(text);
      return { rows: [{ replica: true }] };
    },
    connect: (taken) => taken(new Error("not to be used"), undefined),
  };
  await expect(open({ pool: replica })).rejects.toMatchObject({
    code: "invalid_options",
    message: expect.stringContaining("primary"),
  });
  expect(asked).toHaveLength(1);
});
