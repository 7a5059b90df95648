import { existsSync } from "node:fs";
import Database from "libsql";
import { expect, it, onTestFinished, vi } from "vitest";
import { sqliteStorage } from "./sqlite-storage.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

const NFS = 0x6969n;

// On Linux every folder is on NFS here; elsewhere nobody asks.
vi.mock("node:fs", async (importOriginal) => ({
  ...(await importOriginal<typeof import("node:fs")>()),
  statfsSync: () => ({ type: NFS }),
}));

function aPath(): string {
  const file = temporaryFile();
  onTestFinished(() => file.remove());
  return file.path;
}

function aDatabase() {
  const database = new Database(aPath());
  onTestFinished(() => void database.close());
  return database;
}

it.runIf(process.platform === "linux")(
  "F-D6 a storage on a network file system does not start, and makes no file",
  () => {
    const refusal = expect.objectContaining({ code: "invalid_options" });
    const path = aPath();
    expect(() => sqliteStorage({ path })).toThrow(refusal);
    expect(existsSync(path)).toBe(false);
    expect(() => sqliteStorage({ database: aDatabase() })).toThrow(refusal);
  },
);

it("F-D6 a storage on a network file system starts when that is allowed, or nothing is on a disk", async () => {
  const path = aPath();
  await sqliteStorage({ path, allowNetworkFileSystem: true }).close();
  await sqliteStorage({ database: aDatabase(), allowNetworkFileSystem: true }).close();
  await sqliteStorage({ path: ":memory:" }).close();
  expect(existsSync(path)).toBe(true);
});
