// The other process of the conformance suite's durability cases: `sqlite-child.ts <file>`.
import { serveStorageChild } from "../../../testing/storage-conformance/storage-child.ts";
import { sqliteStorage } from "../sqlite-storage.ts";

serveStorageChild(sqliteStorage({ path: process.argv[2] ?? "", synchronous: "NORMAL", shared: true }));
