/**
 * The storage contract over one SQLite file: the embedded default. One row per event, texts as they came.
 * One process should write a file; a second one is safe (the revision is compared inside the transaction), but both
 * then wait for each other's locks.
 */
import { ORDINAL_MAX, SessionStreamError } from "@sessionstream/protocol";
import type {
  CommitResult,
  LoadedSession,
  MessageStorageAdapter,
  SessionCommit,
  SessionKey,
  StorageCapabilities,
  StoredCommand,
  StoredEvent,
} from "../contract.ts";
import type { SqliteConnection, SqliteHandle } from "./driver.ts";
import { GroupCommit } from "./group-commit.ts";
import { borrow, configure, openFile, type Synchronous } from "./open-connection.ts";
import { migrate } from "./schema.ts";
import { SessionStatements } from "./session-statements.ts";

export interface SqliteFileOptions {
  /** Folders are created; `":memory:"` keeps everything in memory. */
  readonly path: string;
  /** Default `"FULL"`. */
  readonly synchronous?: Synchronous;
}

export interface SqliteDatabaseOptions {
  /** An open database of better-sqlite3, libsql or node:sqlite. It stays the caller's to close. */
  readonly database: SqliteHandle;
  /** Default `"FULL"`; set on the handle, like WAL and the busy timeout. */
  readonly synchronous?: Synchronous;
}

/** @throws storage_unavailable when the file cannot be opened; invalid_options when there is no driver */
export function sqliteStorage(options: SqliteFileOptions | SqliteDatabaseOptions): MessageStorageAdapter {
  const connection = "path" in options ? openFile(options.path) : borrow(options.database);
  try {
    const durability = configure(connection, options.synchronous ?? "FULL");
    migrate(connection);
    return new SqliteStorage(connection, { durability, shared: false });
  } catch (error) {
    connection.close();
    throw error;
  }
}

class SqliteStorage implements MessageStorageAdapter {
  readonly capabilities: StorageCapabilities;
  readonly #connection: SqliteConnection;
  readonly #session: SessionStatements;
  readonly #transactions: GroupCommit;
  readonly #beginRead;
  readonly #endRead;
  #closed = false;

  constructor(connection: SqliteConnection, capabilities: StorageCapabilities) {
    this.capabilities = capabilities;
    this.#connection = connection;
    this.#session = new SessionStatements(connection);
    this.#transactions = new GroupCommit(connection, (commit) => this.#session.write(commit));
    this.#beginRead = connection.prepare("BEGIN");
    this.#endRead = connection.prepare("COMMIT");
  }

  async load(session: SessionKey): Promise<LoadedSession | null> {
    return this.#read(() => this.#session.load(session));
  }

  async events(session: SessionKey, query: { after: bigint; limit: number }): Promise<readonly StoredEvent[] | "gone"> {
    return this.#read(() => this.#session.events(session, query));
  }

  async command(session: SessionKey, id: string): Promise<StoredCommand | null> {
    return this.#read(() => this.#session.command(session, id));
  }

  async commit(commit: SessionCommit): Promise<CommitResult> {
    this.#assertOpen();
    if (commit.head.ordinal > ORDINAL_MAX) {
      throw new SessionStreamError("ordinal_exhausted", `Ordinal ${commit.head.ordinal} is beyond ${ORDINAL_MAX}.`);
    }
    return this.#transactions.submit(commit);
  }

  async remove(session: SessionKey): Promise<void> {
    this.#assertOpen();
    wrapping(() => this.#transactions.alone(() => this.#session.remove(session)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#transactions.flush();
    this.#connection.close();
  }

  /** Several statements see one state, whatever another process writes meanwhile. */
  #read<Result>(work: () => Result): Result {
    this.#assertOpen();
    return wrapping(() => {
      this.#beginRead.run();
      try {
        return work();
      } finally {
        this.#endRead.run();
      }
    });
  }

  #assertOpen(): void {
    if (this.#closed) throw new SessionStreamError("closed", "This storage was closed; open the file again.");
  }
}

function wrapping<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw SessionStreamError.from(error, "storage_unavailable");
  }
}
