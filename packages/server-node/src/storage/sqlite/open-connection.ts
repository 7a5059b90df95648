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
import { migrate } from "./schema.ts";
import { copiedWhileNobodyWrites, emptiedWhenClosed, hasWalResetFault, versionOf } from "./wal-checkpoints.ts";

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

export type Source = { readonly path: string } | { readonly database: SqliteHandle };

export interface Setting {
  readonly synchronous: Synchronous;
  readonly shared: boolean;
  readonly allowNetworkFileSystem: boolean;
}

export interface OpenedDatabase {
  readonly connection: SqliteConnection;
  readonly durability: Durability;
}

/**
 * Opens, configures and migrates; `null`: another user of the handle has configured it.
 * @throws storage_unavailable, invalid_options
 */
export function openDatabase(source: Source, setting: Setting | null): OpenedDatabase {
  const owned = "path" in source;
  const what = owned ? source.path : "the database";
  let connection: SqliteConnection | null = null;
  try {
    connection = owned ? openFile(source.path, setting) : borrow(source.database);
    const opened =
      setting === null ? { connection, durability: "none" as const } : configure(connection, owned, setting);
    migrate(connection);
    return opened;
  } catch (error) {
    connection?.close();
    throw openError(what, error);
  }
}

/** Creates the file and its folders when they are missing. */
function openFile(path: string, setting: Setting | null): SqliteConnection {
  if (path === IN_MEMORY) return connectionOver(openHandle(path));
  const file = resolve(path);
  mkdirSync(dirname(file), { recursive: true });
  if (setting?.allowNetworkFileSystem !== true) assertLocal(dirname(file));
  const connection = connectionOver(openHandle(file));
  connection.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  return connection;
}

function borrow(handle: SqliteHandle): SqliteConnection {
  return { ...connectionOver(handle), close: () => {} };
}

function configure(connection: SqliteConnection, owned: boolean, setting: Setting): OpenedDatabase {
  connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const file = fileOf(connection);
  if (file !== null && !setting.allowNetworkFileSystem) assertLocal(dirname(file));
  const journal = connection.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
  if (setting.shared) assertShareable(file, journal);
  connection.exec(`PRAGMA synchronous = ${setting.synchronous}`);
  // What is deleted or replaced is overwritten: a copy of the file must not have what was erased.
  connection.exec("PRAGMA secure_delete = ON");
  // On macOS a plain sync stops at the drive's cache. Elsewhere these two change nothing.
  connection.exec("PRAGMA checkpoint_fullfsync = ON");
  if (setting.synchronous === "FULL") connection.exec("PRAGMA fullfsync = ON");
  if (file === null) return { connection, durability: "none" };
  return {
    connection: checkpointed(connection, { ...setting, owned, file }),
    // Without a write-ahead log (a file system may not allow one) a power cut may bring a deleted journal back, and
    // with it the state before the last commit.
    durability: setting.synchronous === "FULL" && journal === "wal" ? "power" : "process",
  };
}

/** A connection of the application's is checkpointed as the application likes, unless it is to be shared. */
function checkpointed(
  connection: SqliteConnection,
  { owned, shared, file }: { readonly owned: boolean; readonly shared: boolean; readonly file: string },
): SqliteConnection {
  const version = versionOf(connection);
  if (owned) {
    if (!hasWalResetFault(version)) return emptiedWhenClosed(connection);
    const copier = connectionOver(openHandle(file));
    copier.exec("PRAGMA checkpoint_fullfsync = ON");
    return copiedWhileNobodyWrites(connection, copier);
  }
  if (!shared || !hasWalResetFault(version)) return connection;
  throw new SessionStreamError(
    "invalid_options",
    `SQLite ${version} can lose pages of a file that several processes write (https://sqlite.org/wal.html#walresetbug). ` +
      "Pass a database of version 3.51.3 or later, or `path`, and this storage works around it.",
  );
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
