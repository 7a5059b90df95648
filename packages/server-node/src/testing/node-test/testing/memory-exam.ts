// The memory adapter's exam, and one that must fail: `node --test memory-exam.ts`.
import { memoryStorage } from "../../../storage/memory/memory-storage.ts";
import { describeStorageConformance } from "../index.ts";

const nothing = { missing: "memory is one process's own" };
const dispose = async (): Promise<void> => {};

describeStorageConformance("memory", {
  open: async () => ({ storage: memoryStorage(), dispose }),
  reopen: nothing,
  process: nothing,
  faults: nothing,
  retention: true,
  redaction: true,
});

describeStorageConformance("forgetful", {
  open: async () => ({ storage: { ...memoryStorage(), load: async () => null }, dispose }),
  reopen: nothing,
  process: nothing,
  faults: nothing,
  retention: true,
  redaction: true,
});
