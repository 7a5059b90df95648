import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { describeStorageConformance } from "../../testing/vitest/index.ts";
import { sqliteStorage } from "./sqlite-storage.ts";
import { failingHandle } from "./testing/failing-handle.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

// FULL differs by its syncs alone, which no kill can show, and a busy disk would make the suite wait for them.
const synchronous = "NORMAL";
const CHILD = fileURLToPath(new URL("./testing/sqlite-child.ts", import.meta.url));

function startChild(path: string) {
  return fork(CHILD, [path], {
    execArgv: ["--conditions=@sessionstream/source", "--import", "tsx"],
    serialization: "advanced",
  });
}

// CONFORMANCE_TIMINGS=1 prints how long the calls take.
const timings = process.env["CONFORMANCE_TIMINGS"] === "1";

describeStorageConformance(
  "SQLite, a file that processes share",
  {
    open: async () => {
      const file = temporaryFile();
      const storage = sqliteStorage({ path: file.path, synchronous, shared: true });
      const dispose = async () => {
        await storage.close();
        file.remove();
      };
      return { storage, path: file.path, dispose };
    },
    reopen: async (store) => sqliteStorage({ path: store.path, synchronous, shared: true }),
    process: (store) => startChild(store.path),
    faults: { missing: "the driver is the adapter's own; see the next suite" },
    shared: true,
    retention: true,
    redaction: true,
  },
  { timings },
);

describeStorageConformance(
  "SQLite, the application's handle, in memory",
  {
    open: async () => {
      const database = new Database(":memory:");
      const faults = failingHandle(database);
      const storage = sqliteStorage({ database: faults.handle });
      const dispose = async () => {
        await storage.close();
        database.close();
      };
      return { storage, faults, dispose };
    },
    reopen: { missing: "it ends with its handle" },
    process: { missing: "memory is one process's own" },
    faults: (store) => store.faults,
    retention: true,
    redaction: true,
  },
  { timings },
);
