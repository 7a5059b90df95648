import Database from "libsql";
import { expect, it } from "vitest";
import { describeMessageRowConformance } from "../../testing/vitest/index.ts";
import { memoryMessageRows } from "./memory-message-rows.ts";
import { sqliteMessageRows } from "./sqlite-message-rows.ts";

describeMessageRowConformance("memory", () => memoryMessageRows());
describeMessageRowConformance("SQLite", () => sqliteMessageRows({ database: new Database(":memory:") }));

it("takes a table's name only if it needs no quotes", () => {
  const open = (table: string) => () => sqliteMessageRows({ database: new Database(":memory:"), table });
  expect(open("main.chat_rows")).not.toThrow();
  for (const table of ["", "Rows", "a.b.c", 'a"; DROP TABLE b; --', "1a"])
    expect(open(table)).toThrow("cannot be the name");
});

it("says which row somebody else has damaged", async () => {
  const database = new Database(":memory:");
  const store = sqliteMessageRows({ database });
  database.exec(
    `INSERT INTO message_row (thread_id, key, author_role, kind, text_preview, at, blocks)
     VALUES ('t', 'k1', 'user', 'text', '', 1, '[{')`,
  );
  await expect(store.loadMessages("t")).rejects.toMatchObject({
    code: "corrupt_data",
    message: expect.stringContaining("k1"),
  });
});
