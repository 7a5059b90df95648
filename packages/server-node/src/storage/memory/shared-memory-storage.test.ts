import { describeStorageConformance } from "../../testing/vitest/index.ts";
import { sharedMemory, sharedMemoryStorage } from "./shared-memory-storage.ts";

describeStorageConformance("shared memory", {
  open: async () => {
    const memory = sharedMemory(() => performance.now());
    const storage = sharedMemoryStorage(memory);
    return { storage, memory, dispose: () => storage.close() };
  },
  reopen: async (store) => sharedMemoryStorage(store.memory),
  process: { missing: "memory is one process's own" },
  faults: { missing: "it executes no statements that could fail" },
  shared: true,
  retention: true,
  redaction: true,
});
