import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ORDINAL_MAX, SessionStreamError } from "@sessionstream/protocol";
import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { contents } from "../../testing/storage-conformance/check.ts";
import { aHead, commitAfter } from "../../testing/storage-conformance/records.ts";
import { connectionOver, type SafeIntegersHandle } from "./driver.ts";
import { MIGRATIONS, migrate } from "./schema.ts";
import { type SqliteFileOptions, sqliteStorage } from "./sqlite-storage.ts";
import { errorOf } from "./testing/error-of.ts";
import { failingHandle } from "./testing/failing-handle.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

function aPath(): string {
  const file = temporaryFile();
  onTestFinished(() => file.remove());
  return file.path;
}

function open(options: SqliteFileOptions) {
  const storage = sqliteStorage(options);
  onTestFinished(() => storage.close());
  return storage;
}

function inMemory() {
  const database = new Database(":memory:");
  onTestFinished(() => void database.close());
  return database;
}

const session = (name: string) => ({ tenant: "acme", session: name });

describe("opening", () => {
  it("H53 creates missing folders and finds its sessions again", async () => {
    const path = join(aPath(), "..", "data", "chats", "chat.db");
    const first = sqliteStorage({ path });
    await first.commit(commitAfter(null, "r1", { events: 2 }));
    const before = await contents(first);
    await first.close();
    expect(await contents(open({ path }))).toEqual(before);
  });

  it("H53 has everything in the file itself once it is closed, whatever its driver still holds open", async () => {
    const path = aPath();
    const storage = sqliteStorage({ path });
    await storage.commit(commitAfter(null, "r1", { events: 2 }));
    const before = await contents(storage);
    await storage.close();
    const copy = aPath();
    copyFileSync(path, copy);
    expect(await contents(open({ path: copy }))).toEqual(before);
  });

  it("makes files of small pages, and leaves those of a handle that was passed in", async () => {
    const path = aPath();
    await sqliteStorage({ path }).close();
    const pageSize = (file: string) => new Database(file).prepare("PRAGMA page_size").pluck().all();
    expect(pageSize(path)).toEqual([1_024]);
    const lent = aPath();
    await sqliteStorage({ database: new Database(lent) }).close();
    expect(pageSize(lent)).toEqual([4_096]);
  });

  it("says what is wrong with a path it cannot open", () => {
    const path = aPath();
    writeFileSync(path, "no folder");
    const error = errorOf(() => sqliteStorage({ path: join(path, "chat.db") }));
    expect(error).toBeInstanceOf(SessionStreamError);
    expect(error).toMatchObject({ code: "storage_unavailable", retryable: false });
    expect(error).toMatchObject({ message: expect.stringContaining(join(path, "chat.db")) });
  });

  it("refuses a file that is no database and leaves it as it is", () => {
    const path = aPath();
    writeFileSync(path, "this is not a database, it only has its name ".repeat(40));
    const error = errorOf(() => sqliteStorage({ path }));
    expect(error).toMatchObject({ code: "storage_unavailable", retryable: false });
  });

  it.each([
    [{ path: ":memory:" }, "none"],
    [{ synchronous: "FULL" }, "power"],
    [{ synchronous: "NORMAL" }, "process"],
    [{}, "power"],
  ] as const)("claims what its settings give: %o", (options, durability) => {
    expect(open({ path: aPath(), ...options }).capabilities).toMatchObject({ durability, shared: false });
  });

  it("F-D7 claims no power cut where the file system allows no write-ahead log", () => {
    const inner = new Database(aPath());
    onTestFinished(() => void inner.close());
    const database: SafeIntegersHandle = {
      exec: (sql) => inner.exec(sql),
      prepare: (sql) => inner.prepare(sql === "PRAGMA journal_mode = WAL" ? "PRAGMA journal_mode = DELETE" : sql),
      close: () => inner.close(),
    };
    expect(sqliteStorage({ database }).capabilities.durability).toBe("process");
  });

  it("leaves a handle that was passed in open, and the application's tables alone", async () => {
    const database = inMemory();
    database.exec("CREATE TABLE session (id TEXT); INSERT INTO session VALUES ('mine'); PRAGMA user_version = 7");
    const storage = sqliteStorage({ database });
    await storage.commit(commitAfter(null, "r1", { events: 1 }));
    await storage.close();
    expect(database.prepare("SELECT id FROM session").pluck().all()).toEqual(["mine"]);
    expect(database.prepare("PRAGMA user_version").pluck().all()).toEqual([7]);
  });
});

describe("migrations", () => {
  const NEXT = "ALTER TABLE sessionstream_event ADD COLUMN note TEXT";

  it("H53 brings an older file up to date and keeps its rows", async () => {
    const database = inMemory();
    const old = sqliteStorage({ database });
    await old.commit(commitAfter(null, "r1", { events: 3 }));
    const before = await contents(old);

    migrate(connectionOver(database), [...MIGRATIONS, NEXT]);
    migrate(connectionOver(database), [...MIGRATIONS, NEXT]);

    const columns = database.prepare("SELECT name FROM pragma_table_info('sessionstream_event')").pluck().all();
    expect(columns).toContain("note");
    expect(await contents(old)).toEqual(before);
  });

  it("H53 a migration that fails leaves the old version", async () => {
    const database = inMemory();
    const old = sqliteStorage({ database });
    await old.commit(commitAfter(null, "r1", { events: 3 }));
    const before = await contents(old);

    const error = errorOf(() => migrate(connectionOver(database), [...MIGRATIONS, NEXT, "not SQL"]));

    expect(error).toBeInstanceOf(SessionStreamError);
    expect(await contents(sqliteStorage({ database }))).toEqual(before);
    migrate(connectionOver(database), [...MIGRATIONS, NEXT]);
  });

  it("refuses a file of a newer version", () => {
    const path = aPath();
    const database = new Database(path);
    migrate(connectionOver(database), [...MIGRATIONS, NEXT]);
    database.close();
    const error = errorOf(() => sqliteStorage({ path }));
    expect(error).toMatchObject({ code: "storage_unavailable", message: expect.stringContaining("Upgrade") });
  });
});

describe("writing", () => {
  it("H60 refuses an ordinal that SQLite cannot hold and writes nothing", async () => {
    const storage = open({ path: ":memory:" });
    const head = aHead({ revision: "r1", ordinal: ORDINAL_MAX + 1n });
    const commit = storage.commit({ session: session("a"), expect: null, head, events: [] });
    await expect(commit).rejects.toMatchObject({ code: "ordinal_exhausted" });
    expect(await storage.load(session("a"))).toBeNull();
  });

  it("commits of different sessions that arrive in one turn share a transaction", async () => {
    const { handle, executions } = failingHandle(inMemory());
    const storage = sqliteStorage({ database: handle });
    const before = executions("COMMIT");
    const names = Array.from({ length: 40 }, (_, index) => `s${index}`);
    await Promise.all(names.map((name) => storage.commit(commitAfter(null, "r1", { events: 1 }, session(name)))));
    expect(executions("COMMIT")).toBe(before + 1);
  });

  it("F-D9 when no transaction can begin, all of one turn hear of it at once, and none of the application's is undone", async () => {
    const failing = failingHandle(inMemory());
    const storage = sqliteStorage({ database: failing.handle });
    const begun = failing.executions("BEGIN IMMEDIATE");
    failing.failAt(1);
    const results = await Promise.allSettled(
      ["a", "b", "c"].map((name) => storage.commit(commitAfter(null, "r1", {}, session(name)))),
    );
    expect(results).toEqual(
      Array(3).fill({ status: "rejected", reason: expect.objectContaining({ code: "storage_unavailable" }) }),
    );
    expect(failing.executions("BEGIN IMMEDIATE") - begun).toBe(1);
    expect(failing.executions("ROLLBACK")).toBe(0);
  });

  it("F-D9 says what failed to be read, also where SQLite has rolled back by itself", async () => {
    const database = inMemory();
    const { handle, poison } = failingHandle(database, () => database.exec("ROLLBACK"));
    const storage = sqliteStorage({ database: handle });
    poison("unreadable");
    const loading = storage.load(session("unreadable"));
    await expect(loading).rejects.toMatchObject({ code: "storage_unavailable", message: "poisoned value" });
    expect(await storage.load(session("a"))).toBeNull();
  });

  it("a session whose key became another session's is not found by it", async () => {
    const path = aPath();
    const [one, other] = [open({ path }), open({ path })];
    const first = commitAfter(null, "r1", { events: 1 }, session("a"));
    await one.commit(first);
    await other.remove(session("a"));
    await other.commit(commitAfter(null, "r1", { events: 1 }, session("b")));
    const late = commitAfter(first.head, "r2", { events: 1 }, session("a"));
    expect(await one.commit(late)).toEqual({ status: "conflict", head: null });
    expect((await one.load(session("b")))?.head.revision).toBe("r1");
  });

  it("L12 a commit that cannot be written takes none of its neighbours along", async () => {
    const { handle, poison, clear } = failingHandle(inMemory());
    const storage = sqliteStorage({ database: handle });
    poison("poisoned");
    const results = await Promise.allSettled([
      storage.commit(commitAfter(null, "r1", { events: 1 }, session("before"))),
      storage.commit(commitAfter(null, "poisoned", { events: 1 }, session("bad"))),
      storage.commit(commitAfter(null, "r1", { events: 1 }, session("after"))),
    ]);
    clear();
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ reason: { code: "storage_unavailable", retryable: true } });
    const loaded = await Promise.all(["before", "bad", "after"].map((name) => storage.load(session(name))));
    expect(loaded.map((found) => found?.head.revision ?? null)).toEqual(["r1", null, "r1"]);
  });

  it("refuses rows that something else has damaged", async () => {
    const database = inMemory();
    const storage = sqliteStorage({ database });
    await storage.commit(commitAfter(null, "r1", { events: 1 }, session("a")));
    database.exec("ALTER TABLE sessionstream_event RENAME COLUMN payload TO text");
    const events = storage.events(session("a"), { after: 0n, limit: 1 });
    await expect(events).rejects.toMatchObject({ code: "corrupt_data", retryable: false });
  });
});
