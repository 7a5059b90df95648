/**
 * Owns when the write-ahead log is copied into the file. SQLite does so by itself, save in versions whose "WAL-reset"
 * fault (https://sqlite.org/wal.html#walresetbug) can lose pages when one connection starts the log anew while another
 * one's checkpoint runs. There this connection keeps everybody from writing while a second one of its own copies.
 */
import type { SqliteConnection, SqliteStatement } from "./driver.ts";

/** Rows written between two checkpoints: about as many pages as SQLite itself lets gather. */
const ROWS = 500;
const COMMIT = "COMMIT";

/** Fixed in 3.51.3, and in these patch releases of older lines. */
const BACKPORTS: ReadonlyMap<number, number> = new Map([
  [44, 6],
  [50, 7],
]);

export function hasWalResetFault(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (major !== 3 || minor > 51) return false;
  if (minor === 51) return patch < 3;
  return patch < (BACKPORTS.get(minor) ?? Number.POSITIVE_INFINITY);
}

export function versionOf(connection: SqliteConnection): string {
  return String(connection.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
}

/** Libsql keeps a closed file open until its statements are collected, and so leaves to us to empty the log into it. */
export function emptiedWhenClosed(connection: SqliteConnection): SqliteConnection {
  return closing(connection, () => copyLog(connection));
}

/** All connections to the file have to do the same, or be of a version without the fault. */
export function copiedWhileNobodyWrites(connection: SqliteConnection, copier: SqliteConnection): SqliteConnection {
  connection.exec("PRAGMA wal_autocheckpoint = 0");
  const changes = connection.prepare("SELECT total_changes() AS rows");
  let copied = 0;
  function copyWhenDue(): void {
    const rows = Number(changes.get()?.["rows"]);
    if (rows - copied < ROWS) return;
    copied = rows;
    copyAlone(connection, copier);
  }
  return {
    ...closing(connection, () => {
      copyAlone(connection, copier);
      copier.close();
    }),
    exec(sql) {
      connection.exec(sql);
      if (sql === COMMIT) copyWhenDue();
    },
    prepare(sql) {
      const statement = connection.prepare(sql);
      return sql === COMMIT ? followedBy(statement, copyWhenDue) : statement;
    },
  };
}

function followedBy(statement: SqliteStatement, next: () => void): SqliteStatement {
  return {
    run(...values) {
      const rows = statement.run(...values);
      next();
      return rows;
    },
    get: (...values) => statement.get(...values),
    all: (...values) => statement.all(...values),
  };
}

function closing(connection: SqliteConnection, before: () => void): SqliteConnection {
  return {
    ...connection,
    close() {
      before();
      connection.close();
    },
  };
}

/** A transaction that writes nothing, but could: until it ends nobody else writes. */
function copyAlone(connection: SqliteConnection, copier: SqliteConnection): void {
  try {
    connection.exec("BEGIN IMMEDIATE");
  } catch {
    // Another process writes without a pause. The next commit tries again.
    return;
  }
  copyLog(copier);
  connection.exec("ROLLBACK");
}

function copyLog(connection: SqliteConnection): void {
  try {
    connection.exec("PRAGMA wal_checkpoint(PASSIVE)");
  } catch {
    // Nothing is lost: the log stays beside the file, whoever opens it reads both, and the next one tries again.
  }
}
