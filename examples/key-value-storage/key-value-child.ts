// The other process of the exam: `key-value-child.ts <folder>`.
import { serveStorageChild } from "@sessionstream/server-node/testing";
import { open } from "lmdb";
import { keyValueStorage } from "./key-value-storage.ts";

serveStorageChild(keyValueStorage(open({ path: process.argv[2] ?? "", encoding: "string" })));
