import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeStorageConformance } from "@sessionstream/server-node/testing/vitest";
import { open } from "lmdb";
import { keyValueStorage } from "./key-value-storage.ts";

const CHILD = fileURLToPath(new URL("./key-value-child.ts", import.meta.url));

describeStorageConformance("a key-value store", {
  open: async () => {
    const path = mkdtempSync(join(tmpdir(), "key-value-storage-"));
    const storage = keyValueStorage(open({ path, encoding: "string" }));
    const dispose = async () => {
      await storage.close();
      rmSync(path, { recursive: true });
    };
    return { storage, path, dispose };
  },
  reopen: async ({ path }) => keyValueStorage(open({ path, encoding: "string" })),
  process: ({ path }) =>
    fork(CHILD, [path], {
      execArgv: ["--conditions=@sessionstream/source", "--import", "tsx"],
      serialization: "advanced",
    }),
  faults: { missing: "there is no way to make LMDB fail" },
});
