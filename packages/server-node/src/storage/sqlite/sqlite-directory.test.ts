import Database from "libsql";
import { expect, it, onTestFinished } from "vitest";
import { describeDirectoryConformance } from "../../testing/vitest/index.ts";
import { sqliteDirectory } from "./sqlite-directory.ts";
import { sqliteStorage } from "./sqlite-storage.ts";
import { failingHandle } from "./testing/failing-handle.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

describeDirectoryConformance("SQLite, a file", () => {
  const file = temporaryFile();
  onTestFinished(() => file.remove());
  return sqliteDirectory({ path: file.path });
});

describeDirectoryConformance("SQLite, the handle of the storage", () => {
  const database = new Database(":memory:");
  onTestFinished(() => void database.close());
  sqliteStorage({ database });
  return sqliteDirectory({ database });
});

it("F-D9 says what failed, also where SQLite has rolled back by itself", async () => {
  const database = new Database(":memory:");
  onTestFinished(() => void database.close());
  const { handle, poison } = failingHandle(database, () => database.exec("ROLLBACK"));
  const directory = sqliteDirectory({ database: handle });
  poison("full");
  const facts = { owner: "ada", title: "T", preview: "P", createdAt: 1, lastActivityAt: 2, ordinal: 3n, messages: [] };
  const recording = directory.record({ session: { tenant: "acme", session: "full" }, ...facts });
  await expect(recording).rejects.toMatchObject({ code: "storage_unavailable", message: "poisoned value" });
});

it("G53 a directory outlives its process, beside the storage in one file", async () => {
  const file = temporaryFile();
  onTestFinished(() => file.remove());
  const session = { tenant: "acme", session: "s1" };
  const storage = sqliteStorage({ path: file.path });
  const before = sqliteDirectory({ path: file.path });
  const facts = { owner: "ada", title: "T", preview: "P", createdAt: 1, lastActivityAt: 2, ordinal: 3n, messages: [] };
  await before.record({ session, ...facts });
  await before.mark(session, "ada", { pinned: true });
  await before.close();
  const after = sqliteDirectory({ path: file.path });
  expect(await after.get(session, "ada")).toMatchObject({ title: "T", pinned: true, lastActivityAt: 2 });
  await after.close();
  await storage.close();
});
