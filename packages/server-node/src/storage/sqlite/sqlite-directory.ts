/** The directory over a SQLite file, that of the storage or another: it brings its own tables along. */
import { SessionStreamError } from "@sessionstream/protocol";
import type {
  DirectoryEntry,
  DirectoryMark,
  DirectoryPage,
  DirectoryQuery,
  SessionActivity,
  SessionDirectory,
} from "../../directory/contract.ts";
import { pageOf, readQuery } from "../../directory/page.ts";
import type { SessionKey } from "../contract.ts";
import { DirectoryStatements } from "./directory-statements.ts";
import type { SqliteConnection } from "./driver.ts";
import { openDatabase } from "./open-connection.ts";
import type { SqliteDatabaseOptions, SqliteFileOptions } from "./sqlite-storage.ts";
import { Transaction } from "./transaction.ts";

/** Default of `synchronous` here: `"NORMAL"`. What a power cut takes comes back with the session, except marks. */
export type SqliteDirectoryOptions = Omit<SqliteFileOptions, "shared"> | Omit<SqliteDatabaseOptions, "shared">;

/** @throws storage_unavailable when the file cannot be opened; invalid_options when there is no driver */
export function sqliteDirectory(options: SqliteDirectoryOptions): SessionDirectory {
  const { synchronous = "NORMAL", allowNetworkFileSystem = false } = options;
  // A handle that the storage has too keeps the storage's setting.
  const keep = "database" in options && options.synchronous === undefined;
  const setting = keep ? null : { synchronous, shared: false, allowNetworkFileSystem };
  return new SqliteDirectory(openDatabase(options, setting).connection);
}

class SqliteDirectory implements SessionDirectory {
  readonly #connection: SqliteConnection;
  readonly #transaction: Transaction;
  readonly #rows: DirectoryStatements;
  #closed = false;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    this.#transaction = Transaction.toWrite(connection);
    this.#rows = new DirectoryStatements(connection);
  }

  async record(activity: SessionActivity): Promise<void> {
    this.#alone(() => this.#rows.record(activity));
  }

  async list(query: DirectoryQuery): Promise<DirectoryPage> {
    const { limit, after } = readQuery(query);
    return pageOf(
      this.#run(() => this.#rows.list(query, after, limit + 1)),
      limit,
    );
  }

  async get(session: SessionKey, principal: string): Promise<DirectoryEntry | null> {
    return this.#run(() => this.#rows.get(session, principal));
  }

  async rename(session: SessionKey, title: string): Promise<void> {
    this.#run(() => this.#rows.rename(session, title));
  }

  async mark(session: SessionKey, principal: string, mark: DirectoryMark): Promise<void> {
    this.#run(() => this.#rows.mark(session, principal, mark));
  }

  async remove(session: SessionKey): Promise<void> {
    this.#alone(() => this.#rows.remove(session));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
  }

  #alone(work: () => void): void {
    this.#run(() => this.#transaction.alone(work));
  }

  #run<Result>(work: () => Result): Result {
    if (this.#closed) throw new SessionStreamError("closed", "This directory was closed; open the file again.");
    try {
      return work();
    } catch (error) {
      throw SessionStreamError.from(error, "storage_unavailable");
    }
  }
}
