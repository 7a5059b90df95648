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
import { temporaryFile } from "./testing/temporary-file.ts";
import { hasWalResetFault } from "./wal-checkpoints.ts";

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

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
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

  it.each(["3.45.1", "3.51.3"])("SQLite %s: who copies the log, and that it stays bounded", async (version) => {
    const path = aPath();
    const inner = handle(path);
    const database = rewriting(inner, (sql) => sql.replace("sqlite_version()", `'${version}'`));
    const storage = sqliteStorage({ database, synchronous: "NORMAL", shared: true });
    const automatic = inner.prepare("PRAGMA wal_autocheckpoint").pluck().all();
    expect(automatic).toEqual([hasWalResetFault(version) ? 0 : 1_000]);

    let head = null;
    for (let n = 0; n < 1_500; n++) {
      const commit = commitAfter(head, `r${n}`, { events: 4 });
      await storage.commit(commit);
      head = commit.head;
    }
    expect(statSync(`${path}-wal`).size).toBeLessThan(8 * 2 ** 20);

    await storage.close();
    const copy = aPath();
    copyFileSync(path, copy);
    const again = sqliteStorage({ path: copy });
    onTestFinished(() => again.close());
    expect((await again.load(SESSION))?.head).toEqual(head);
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
