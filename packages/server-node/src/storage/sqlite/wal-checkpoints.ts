/**
 * Owns when the write-ahead log is copied into the file. SQLite does so by itself, save in versions whose "WAL-reset"
 * fault (https://sqlite.org/wal.html#walresetbug) can lose pages when a connection starts the log anew while another
 * one's checkpoint runs. There a FULL checkpoint takes its place: it holds the write lock, so that nobody starts anything.
 */
import type { SqliteConnection } from "./driver.ts";

export interface WalCheckpoints {
  /** After each transaction that wrote. */
  committed(): void;
  /** Before the connection closes: libsql keeps a closed file open, and leaves to us to empty the log into it. */
  closing(): void;
}

/** Rows written between two checkpoints: about as many pages as SQLite itself lets gather. */
const ROWS = 500;

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

export function automaticCheckpoints(connection: SqliteConnection): WalCheckpoints {
  return { committed: () => {}, closing: () => attempt(() => connection.exec("PRAGMA wal_checkpoint(PASSIVE)")) };
}

/** This connection never copies while another may write. Every connection to the file has to do the same. */
export function exclusiveCheckpoints(connection: SqliteConnection): WalCheckpoints {
  connection.exec("PRAGMA wal_autocheckpoint = 0");
  const changes = connection.prepare("SELECT total_changes() AS rows");
  const copy = () => attempt(() => connection.exec("PRAGMA wal_checkpoint(FULL)"));
  let before = 0;
  return {
    committed() {
      const rows = Number(changes.get()?.["rows"]);
      if (rows - before < ROWS) return;
      before = rows;
      copy();
    },
    closing: copy,
  };
}

function attempt(copy: () => void): void {
  try {
    copy();
  } catch {
    // Nothing is lost: the log stays beside the file, whoever opens it reads both, and the next one tries again.
  }
}
