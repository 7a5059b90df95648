// The exam at a distance, in any order (`npm run conformance:long`: more rounds, more histories, more commits), and two
// processes that write one file as fast as they can.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { runHistories } from "../../testing/storage-conformance/cases/history-cases.ts";
import { assertCounted } from "../../testing/storage-conformance/counting-writer.ts";
import { delayed } from "../../testing/storage-conformance/delayed-storage.ts";
import { SESSION } from "../../testing/storage-conformance/records.ts";
import { StorageChild } from "../../testing/storage-conformance/storage-child.ts";
import { describeStorageConformance } from "../../testing/vitest/index.ts";
import { sharedMemory, sharedMemoryStorage } from "../memory/shared-memory-storage.ts";
import { connectionOver } from "./driver.ts";
import { openHandle } from "./load-driver.ts";
import { sqliteStorage } from "./sqlite-storage.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

/** 0: the test command. */
const ROUNDS = Number(process.env["CONFORMANCE_ROUNDS"] ?? "0");
const COMMITS = ROUNDS === 0 ? 200 : 5_000;
const HISTORIES = 500;
const MINUTES = 60_000;
const CHILD = fileURLToPath(new URL("./testing/sqlite-child.ts", import.meta.url));

function startChild(path: string) {
  const execArgv = ["--conditions=@sessionstream/source", "--import", "tsx"];
  return fork(CHILD, [path], { execArgv, serialization: "advanced" });
}

function openFile() {
  const file = temporaryFile();
  const storage = sqliteStorage({ path: file.path, synchronous: "NORMAL", shared: true });
  const dispose = async () => {
    await storage.close();
    file.remove();
  };
  return { storage, path: file.path, dispose };
}

for (let round = 1; round <= Math.max(1, ROUNDS); round++) {
  const memory = () => sharedMemory(() => performance.now());
  describeStorageConformance(`distant memory, round ${round}`, {
    open: async () => {
      const shared = memory();
      return { shared, storage: delayed(sharedMemoryStorage(shared), round), dispose: async () => {} };
    },
    reopen: async ({ shared }) => delayed(sharedMemoryStorage(shared), round + 1),
    process: { missing: "memory is one process's own" },
    faults: { missing: "memory has no statements" },
    shared: true,
    retention: true,
    redaction: true,
  });
}

for (let round = 1; round <= ROUNDS; round++) {
  describeStorageConformance(`distant SQLite, round ${round}`, {
    open: async () => {
      const { storage, path, dispose } = openFile();
      return { storage: delayed(storage, round), path, dispose };
    },
    reopen: async ({ path }) => delayed(sqliteStorage({ path, synchronous: "NORMAL", shared: true }), ROUNDS + round),
    process: ({ path }) => startChild(path),
    faults: { missing: "in the suites without a distance" },
    shared: true,
    retention: true,
    redaction: true,
  });

  it(
    `H54 random histories, ${HISTORIES} more in round ${round}`,
    async () => {
      const { storage, dispose } = openFile();
      await runHistories(storage, { from: round * HISTORIES + 1, count: HISTORIES });
      await dispose();
    },
    5 * MINUTES,
  );
}

describe("two processes", () => {
  const { storage, path, dispose } = openFile();
  afterAll(dispose);

  it(
    `F-D5 that write one file, ${COMMITS} commits each, leave every one of them once and the file whole`,
    async () => {
      const children = [new StorageChild(startChild(path)), new StorageChild(startChild(path))];
      try {
        for (const [n, child] of children.entries()) {
          await child.write({ session: SESSION, writer: `${n}`, count: COMMITS });
        }
        await Promise.all(children.map((child) => child.done()));
      } finally {
        await Promise.all(children.map((child) => child.kill()));
      }
      expect(await assertCounted(storage, SESSION)).toHaveLength(2 * COMMITS);
      const file = connectionOver(openHandle(path));
      expect(file.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
      file.close();
    },
    10 * MINUTES,
  );
});
