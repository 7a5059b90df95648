/**
 * Owns when the write-ahead log is copied into the file. SQLite does so by itself, save in versions whose "WAL-reset"
 * fault (https://sqlite.org/wal.html#walresetbug) can lose pages when one connection starts the log anew while another
 * one's checkpoint runs. There a FULL checkpoint takes its place: it holds the write lock, so that nobody starts anything.
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

/** Libsql keeps a closed file open until its statements are collected, and so leaves to us to empty the log into it. */
export function withCheckpoints(connection: SqliteConnection): SqliteConnection {
  const version = String(connection.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
  if (hasWalResetFault(version)) return withExclusiveCheckpoints(connection);
  return closingWith(connection, "PASSIVE");
}

/**
 * Never copies while another connection may write, unless that one keeps the lock for longer than the busy timeout. All
 * connections to a file have to do the same.
 */
function withExclusiveCheckpoints(connection: SqliteConnection): SqliteConnection {
  connection.exec("PRAGMA wal_autocheckpoint = 0");
  const changes = connection.prepare("SELECT total_changes() AS rows");
  let copied = 0;
  function copyWhenDue(): void {
    const rows = Number(changes.get()?.["rows"]);
    if (rows - copied < ROWS) return;
    copied = rows;
    copyLog(connection, "FULL");
  }
  return {
    ...closingWith(connection, "FULL"),
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

function closingWith(connection: SqliteConnection, mode: CheckpointMode): SqliteConnection {
  return {
    ...connection,
    close() {
      copyLog(connection, mode);
      connection.close();
    },
  };
}

type CheckpointMode = "PASSIVE" | "FULL";

function copyLog(connection: SqliteConnection, mode: CheckpointMode): void {
  try {
    connection.exec(`PRAGMA wal_checkpoint(${mode})`);
  } catch {
    // Nothing is lost: the log stays beside the file, whoever opens it reads both, and the next one tries again.
  }
}
