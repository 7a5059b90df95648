// The other process of the exam: `drizzle-child.ts <url> <schema>`.
import { serveStorageChild } from "@sessionstream/server-node/testing";
import { drizzleStorage } from "./drizzle-storage.ts";
import { openDatabase } from "./open-database.ts";

serveStorageChild(drizzleStorage(openDatabase(process.argv[2] ?? "", process.argv[3] ?? "").db));
