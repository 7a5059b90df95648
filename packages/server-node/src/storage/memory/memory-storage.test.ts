import { expect, it } from "vitest";
import { anEvent, commitAfter, SESSION } from "../../testing/storage-conformance/records.ts";
import { describeStorageConformance } from "../../testing/vitest/index.ts";
import { type MemoryStorageContents, memoryStorage } from "./memory-storage.ts";

// CONFORMANCE_TIMINGS=1 prints how long the calls take.
const timings = process.env["CONFORMANCE_TIMINGS"] === "1";

describeStorageConformance(
  "memory",
  {
    open: async () => {
      const contents: MemoryStorageContents = new Map();
      const storage = memoryStorage(contents);
      return { storage, contents, dispose: () => storage.close() };
    },
    reopen: async (store) => memoryStorage(store.contents),
    process: { missing: "memory is one process's own" },
    faults: { missing: "it executes no statements that could fail" },
    retention: true,
    redaction: true,
  },
  { timings },
);

it("H52 instances are apart unless they are given the same contents", async () => {
  const storage = memoryStorage();
  await storage.commit(commitAfter(null, "r1", { events: [anEvent(1n)] }));
  expect(await memoryStorage().load(SESSION)).toBeNull();
});
