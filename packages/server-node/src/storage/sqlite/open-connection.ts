/**
 * Owns how a database is opened: folder, driver, pragmas, and what is refused because it could not be kept whole.
 */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { SessionStreamError } from "@sessionstream/protocol";
import type { Durability } from "../contract.ts";
import { connectionOver, type SqliteConnection, type SqliteHandle } from "./driver.ts";
import { openHandle } from "./load-driver.ts";
import { assertLocal } from "./network-file-system.ts";
import { openError } from "./open-error.ts";
import {
  automaticCheckpoints,
  exclusiveCheckpoints,
  hasWalResetFault,
  versionOf,
  type WalCheckpoints,
} from "./wal-checkpoints.ts";

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

/** Creates the file and its folders when they are missing. @throws storage_unavailable, invalid_options */
export function openFile(path: string, allowNetworkFileSystem: boolean): SqliteConnection {
  if (path === IN_MEMORY) return connectionOver(openHandle(path));
  const file = resolve(path);
  try {
    mkdirSync(dirname(file), { recursive: true });
    if (!allowNetworkFileSystem) assertLocal(dirname(file));
    const connection = connectionOver(openHandle(file));
    connection.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    return connection;
  } catch (cause) {
    throw openError(file, cause);
  }
}

export function borrow(handle: SqliteHandle): SqliteConnection {
  return { ...connectionOver(handle), close: () => {} };
}

export interface Setting {
  readonly synchronous: Synchronous;
  readonly shared: boolean;
  /** Nobody else uses this connection. */
  readonly owned: boolean;
  readonly allowNetworkFileSystem: boolean;
}

export interface Configured {
  readonly durability: Durability;
  readonly checkpoints: WalCheckpoints;
}

/** @throws invalid_options when the database cannot do what was asked, or whatever the driver says */
export function configure(connection: SqliteConnection, setting: Setting): Configured {
  connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const file = fileOf(connection);
  if (file !== null && !setting.allowNetworkFileSystem) assertLocal(dirname(file));
  const journal = connection.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
  if (setting.shared) assertShareable(file, journal);
  connection.exec(`PRAGMA synchronous = ${setting.synchronous}`);
  // On macOS a plain sync stops at the drive's cache. Elsewhere these two change nothing.
  connection.exec("PRAGMA checkpoint_fullfsync = ON");
  if (setting.synchronous === "FULL") connection.exec("PRAGMA fullfsync = ON");
  const checkpoints = checkpointsOf(connection, setting);
  if (file === null) return { durability: "none", checkpoints };
  // Without a write-ahead log (a file system may not allow one) a power cut may bring a deleted journal back, and
  // with it the state before the last commit.
  const durability = setting.synchronous === "FULL" && journal === "wal" ? "power" : "process";
  return { durability, checkpoints };
}

/** `null`: it lives in memory, or in a file without a name. */
function fileOf(connection: SqliteConnection): string | null {
  const file = connection.prepare("PRAGMA database_list").get()?.["file"];
  return typeof file === "string" && file !== "" ? file : null;
}

function assertShareable(file: string | null, journal: unknown): void {
  if (file === null) {
    throw new SessionStreamError(
      "invalid_options",
      "A database in memory is this process's own and cannot be shared. Leave out `shared`, or name a file.",
    );
  }
  if (journal !== "wal") {
    throw new SessionStreamError(
      "invalid_options",
      `${file} cannot be shared: its journal mode stays "${journal}" where several processes need "wal". Close whoever ` +
        "uses it in another mode, and put it where memory can be shared (a local disk, and a VFS that knows how).",
    );
  }
}

/** A connection of the application's is checkpointed as the application likes, unless it is to be shared. */
function checkpointsOf(connection: SqliteConnection, { owned, shared }: Setting): WalCheckpoints {
  if (!owned && !shared) return { committed: () => {}, closing: () => {} };
  return hasWalResetFault(versionOf(connection)) ? exclusiveCheckpoints(connection) : automaticCheckpoints(connection);
}
