// The other process of the conformance suite's durability cases: `postgres-child.ts <url> <schema>`.
import pg from "pg";
import { serveStorageChild } from "../../../testing/storage-conformance/storage-child.ts";
import { postgresStorage } from "../postgres-storage.ts";

const pool = new pg.Pool({ connectionString: process.argv[2], max: 4 });
serveStorageChild(await postgresStorage({ pool, schema: process.argv[3] ?? "" }));
