import { readFileSync } from "node:fs";
import { describeMessageRowConformance } from "@sessionstream/server-node/testing/vitest";
import Database from "libsql";
import { expect, it } from "vitest";
import { messagesTable } from "./messages-table.ts";

describeMessageRowConformance("your own messages table", () => messagesTable(new Database(":memory:")));

it("Q08 fits on one page", () => {
  const lines = readFileSync(new URL("./messages-table.ts", import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  expect(lines.length).toBeLessThanOrEqual(60);
});
