/**
 * Owns how a database is opened: folder, driver, pragmas, and the error a person gets when it fails.
 */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { SessionStreamError } from "@sessionstream/protocol";
import type { Durability } from "../contract.ts";
import { connectionOver, type SqliteConnection, type SqliteHandle } from "./driver.ts";
import { openHandle } from "./load-driver.ts";

/**
 * `FULL` syncs the disk with every transaction: what was acknowledged survives a power cut.
 * `NORMAL` syncs at checkpoints only: it survives a crash of the process, but a power cut or a crash of the system may
 * take the last moments. Neither ever leaves a part of a commit.
 */
export type Synchronous = "FULL" | "NORMAL";

const BUSY_TIMEOUT_MS = 5_000;
/**
 * Of files created here. A commit of one event touches three pages and writes each whole to the log: with SQLite's usual
 * 4,096 bytes a streamed answer wrote three times as much, and nothing was faster for it.
 */
const PAGE_BYTES = 1_024;
const IN_MEMORY = ":memory:";

/** Creates the file and its folders when they are missing. @throws storage_unavailable */
export function openFile(path: string): SqliteConnection {
  if (path === IN_MEMORY) return connectionOver(openHandle(path));
  const file = resolve(path);
  try {
    mkdirSync(dirname(file), { recursive: true });
    const connection = connectionOver(openHandle(file));
    connection.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    return { ...connection, close: () => closeFile(connection) };
  } catch (cause) {
    if (cause instanceof SessionStreamError) throw cause;
    throw cannotOpen(file, cause);
  }
}

/** Libsql keeps a closed file open until its statements are collected, and so leaves to us to empty the log into it. */
function closeFile(connection: SqliteConnection): void {
  try {
    connection.exec("PRAGMA wal_checkpoint(PASSIVE)");
  } catch {
    // The log stays beside the file, and whoever opens it reads both.
  } finally {
    connection.close();
  }
}

export function borrow(handle: SqliteHandle): SqliteConnection {
  return { ...connectionOver(handle), close: () => {} };
}

/** @throws storage_unavailable when the file is not a database or cannot be written */
export function configure(connection: SqliteConnection, synchronous: Synchronous): Durability {
  try {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    const journal = connection.prepare("PRAGMA journal_mode = WAL").get();
    connection.exec(`PRAGMA synchronous = ${synchronous}`);
    // On macOS a plain sync stops at the drive's cache. Elsewhere these two change nothing.
    connection.exec("PRAGMA checkpoint_fullfsync = ON");
    if (synchronous === "FULL") connection.exec("PRAGMA fullfsync = ON");
    const main = connection.prepare("PRAGMA database_list").get();
    if (main?.["file"] === "" || main?.["file"] === null) return "none";
    // Without a write-ahead log (a file system may not allow one) a power cut may bring a deleted journal back, and
    // with it the state before the last commit.
    return synchronous === "FULL" && journal?.["journal_mode"] === "wal" ? "power" : "process";
  } catch (cause) {
    throw cannotOpen("the database", cause);
  }
}

function cannotOpen(what: string, cause: unknown): SessionStreamError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SessionStreamError(
    "storage_unavailable",
    `Cannot open ${what}: ${reason}. Check that it is a SQLite database and that this process may write it and its folder.`,
    { cause, retryable: false },
  );
}
