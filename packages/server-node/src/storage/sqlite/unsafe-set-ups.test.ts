import { copyFileSync, existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { contents } from "../../testing/storage-conformance/check.ts";
import { commitAfter, SESSION } from "../../testing/storage-conformance/records.ts";
import { connectionOver, type SafeIntegersHandle } from "./driver.ts";
import { assertLocal } from "./network-file-system.ts";
import { MIGRATIONS, migrate } from "./schema.ts";
import { sqliteStorage } from "./sqlite-storage.ts";
import { errorOf } from "./testing/error-of.ts";
import { temporaryFile } from "./testing/temporary-file.ts";
import { copiedWhileNobodyWrites, hasWalResetFault } from "./wal-checkpoints.ts";

function aPath(): string {
  const file = temporaryFile();
  onTestFinished(() => file.remove());
  return file.path;
}

function handle(path: string) {
  const database = new Database(path);
  onTestFinished(() => void database.close());
  return database;
}

/** The driver's own, save for some statements. */
function rewriting(inner: SafeIntegersHandle, rewrite: (sql: string) => string): SafeIntegersHandle {
  return {
    exec: (sql) => inner.exec(rewrite(sql)),
    prepare: (sql) => inner.prepare(rewrite(sql)),
    close: () => inner.close(),
  };
}

describe("F-D6 a file system", () => {
  it.each([
    ["NFS", 0x6969n],
    ["SMB", 0xfe534d42n],
    ["CIFS", 0xff534d42n],
    ["CIFS where the number is signed", -0xacb2ben],
    ["FUSE", 0x65735546n],
    ["9p", 0x01021997n],
    ["AFS", 0x5346414fn],
  ])("of another machine is refused, and the error names the option: %s", (_, type) => {
    expect(errorOf(() => assertLocal("/mnt/data", () => type))).toMatchObject({
      code: "invalid_options",
      message: expect.stringMatching(/^\/mnt\/data .*allowNetworkFileSystem/),
    });
  });

  it.each([
    ["ext4", 0xef53n],
    ["XFS", 0x58465342n],
    ["Btrfs", 0x9123683en],
    ["tmpfs", 0x01021994n],
    ["overlayfs", 0x794c7630n],
    ["one that cannot be told", null],
  ])("of this machine is taken: %s", (_, type) => {
    expect(() => assertLocal("/srv/data", () => type)).not.toThrow();
  });
});

describe("F-D5 several connections", () => {
  it.each([
    ["3.7.0", true],
    ["3.44.5", true],
    ["3.44.6", false],
    ["3.45.1", true],
    ["3.50.6", true],
    ["3.50.7", false],
    ["3.51.2", true],
    ["3.51.3", false],
    ["3.53.0", false],
    ["4.0.0", false],
  ])("SQLite %s can lose pages of its log: %s", (version, faulty) => {
    expect(hasWalResetFault(version)).toBe(faulty);
  });

  it("are not made of an application's handle with such a version, and are of another", () => {
    const of = (version: string) => {
      const database = rewriting(handle(aPath()), (sql) => sql.replace("sqlite_version()", `'${version}'`));
      return sqliteStorage({ database, shared: true });
    };
    expect(errorOf(() => of("3.45.1"))).toMatchObject({
      code: "invalid_options",
      message: expect.stringMatching(/3\.45\.1 .* `path`/),
    });
    expect(of("3.51.3").capabilities.shared).toBe(true);
  });

  it("of such a version copy the log while nobody writes, and never else", async () => {
    const path = aPath();
    const inner = handle(path);
    inner.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE row (text TEXT)");
    const copier = handle(path);
    const other = handle(path);
    other.exec("PRAGMA busy_timeout = 1");
    const writable: boolean[] = [];
    const watched = rewriting(copier, (sql) => {
      writable.push(errorOf(() => other.exec("BEGIN IMMEDIATE; ROLLBACK")) === null);
      return sql;
    });
    const connection = copiedWhileNobodyWrites(connectionOver(inner), connectionOver(watched));
    expect(inner.prepare("PRAGMA wal_autocheckpoint").pluck().all()).toEqual([0]);
    const insert = connection.prepare("INSERT INTO row VALUES (?)");
    const commit = connection.prepare("COMMIT");
    for (let n = 0; n < 5_000; n++) {
      connection.exec("BEGIN IMMEDIATE");
      insert.run("x".repeat(500));
      commit.run();
    }
    expect(writable).toEqual(Array.from({ length: 10 }, () => false));
    expect(statSync(`${path}-wal`).size).toBeLessThan(8 * 2 ** 20);
    connection.exec("BEGIN IMMEDIATE");
    insert.run("the last");
    connection.exec("COMMIT");
    connection.close();
    const copy = aPath();
    copyFileSync(path, copy);
    expect(handle(copy).prepare("SELECT count(*) FROM row").pluck().all()).toEqual([5_001]);
  });

  it("cannot share what lives in memory", () => {
    expect(errorOf(() => sqliteStorage({ path: ":memory:", shared: true }))).toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining("in memory"),
    });
  });

  it("are not shared where the file system or another connection allows no write-ahead log", () => {
    const database = rewriting(handle(aPath()), (sql) =>
      sql === "PRAGMA journal_mode = WAL" ? "PRAGMA journal_mode = DELETE" : sql,
    );
    expect(errorOf(() => sqliteStorage({ database, shared: true }))).toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining('"delete"'),
    });
  });

  it("wait for each other, but not for one that keeps the file to itself", async () => {
    const path = aPath();
    const greedy = handle(path);
    greedy.exec("CREATE TABLE mine (id TEXT); PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    const hasty = rewriting(handle(path), (sql) => sql.replace("busy_timeout = 5000", "busy_timeout = 1"));
    expect(errorOf(() => sqliteStorage({ database: hasty }))).toMatchObject({
      code: "storage_unavailable",
      retryable: false,
      message: expect.stringContaining("EXCLUSIVE"),
    });
    greedy.exec("ROLLBACK");
  });
});

it("F-D8 a file that may only be read is refused", () => {
  const database = handle(aPath());
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE mine (id TEXT); PRAGMA query_only = ON");
  expect(errorOf(() => sqliteStorage({ database }))).toMatchObject({
    code: "storage_unavailable",
    retryable: false,
    message: expect.stringContaining("only be read"),
  });
});

describe("F-D18 a migration", () => {
  it("that was killed at any step leaves a file that the next one brings up to date", async () => {
    const path = aPath();
    const first = handle(path);
    migrate(connectionOver(first), MIGRATIONS.slice(0, 1));
    first.exec("INSERT INTO sessionstream_session VALUES (1, 'acme', 'session-1', 'r1', 'e', 1, 't', 1, 'v', 0, 0)");
    const folder = join(path, "..");
    let step = 0;
    const killedBefore = (sql: string) => {
      step += 1;
      const at = join(folder, `${step}`);
      mkdirSync(at);
      // What a process leaves that is killed now: the file, and the log as far as it was written.
      for (const suffix of ["", "-wal", "-journal"]) {
        if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, join(at, `chat.db${suffix}`));
      }
      return sql;
    };
    await sqliteStorage({ database: rewriting(first, killedBefore) }).close();
    expect(step).toBeGreaterThan(10);
    for (let killed = 1; killed <= step; killed++) {
      const storage = sqliteStorage({ path: join(folder, `${killed}`, "chat.db") });
      expect((await contents(storage))?.head.revision, `killed before step ${killed}`).toBe("r1");
      await storage.commit(commitAfter((await storage.load(SESSION))?.head ?? null, "r2", { events: 1 }));
      await storage.close();
    }
  });
});
