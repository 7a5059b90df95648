/**
 * Owns the choice of a driver when the caller brings none: node:sqlite where this Node has it, else libsql, an
 * optional peer. better-sqlite3 comes as a handle of the caller's own.
 */
import { createRequire } from "node:module";
import { SessionStreamError } from "@sessionstream/protocol";
import type { ReadBigIntsHandle, SafeIntegersHandle, SqliteHandle } from "./driver.ts";

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => ReadBigIntsHandle;
}
type Libsql = new (path: string) => SafeIntegersHandle;

export function openHandle(path: string): SqliteHandle {
  // CAST: the types of the oldest Node we support do not know node:sqlite.
  const nodeSqlite = process.getBuiltinModule("node:sqlite") as NodeSqlite | undefined;
  if (nodeSqlite !== undefined) return new nodeSqlite.DatabaseSync(path);
  const Database = requireLibsql();
  return new Database(path);
}

function requireLibsql(): Libsql {
  try {
    // CAST: the package's main export is its Database class.
    return createRequire(import.meta.url)("libsql") as Libsql;
  } catch (cause) {
    throw new SessionStreamError(
      "invalid_options",
      `No SQLite driver: this Node (${process.version}) has no node:sqlite and the package libsql cannot be loaded. ` +
        "Install libsql, or pass `database`.",
      { cause },
    );
  }
}
