/**
 * The storage contract over one SQLite file: the embedded default. One row per event, texts as they came.
 * One process should write a file; with `shared` several processes of one machine may, and wait for each other's locks.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type {
  CommitResult,
  Lease,
  LeaseKey,
  LoadedSession,
  RedactableStorage,
  RetentionStorage,
  RewriteResult,
  SessionBase,
  SessionCommit,
  SessionHead,
  SessionKey,
  SessionRedaction,
  SessionTruncation,
  SharedMessageStorage,
  StoredCommand,
  StoredEvent,
} from "../contract.ts";
import { assertKeepable } from "../refusals.ts";
import type { SqliteConnection, SqliteHandle } from "./driver.ts";
import { GroupCommit } from "./group-commit.ts";
import { LeaseStatements } from "./lease-statements.ts";
import { MaintenanceStatements } from "./maintenance-statements.ts";
import { type OpenedDatabase, openDatabase, type Synchronous } from "./open-connection.ts";
import { SessionStatements } from "./session-statements.ts";
import { Transaction } from "./transaction.ts";

export interface SqliteFileOptions {
  /** Folders are created; `":memory:"` keeps everything in memory. */
  readonly path: string;
  /** Default `"FULL"`. */
  readonly synchronous?: Synchronous;
  /**
   * Several processes of this machine use the file: they share the work by leases. Default `false`: this process is
   * alone, and what another left undone is taken up at once instead of when its lease is over.
   */
  readonly shared?: boolean;
  /**
   * Default `false`: a file on NFS, SMB, FUSE and the like is refused (on Linux, where they can be told apart), because
   * SQLite's locks do not hold there. `true`: only one machine ever opens it.
   */
  readonly allowNetworkFileSystem?: boolean;
}

export interface SqliteDatabaseOptions {
  /** An open database of better-sqlite3, libsql or node:sqlite. It stays the caller's to close. */
  readonly database: SqliteHandle;
  /** Default `"FULL"`; set on the handle, like WAL and the busy timeout. */
  readonly synchronous?: Synchronous;
  /** As of a file. Refused where SQLite's own checkpoints are faulty (before 3.51.3): pass `path` there. */
  readonly shared?: boolean;
  /** As of a file. */
  readonly allowNetworkFileSystem?: boolean;
}

type SqliteOptions = SqliteFileOptions | SqliteDatabaseOptions;

/** All that the embedded database can do when no other process shares it. */
export type EmbeddedStorage = RetentionStorage & RedactableStorage;

/**
 * @throws storage_unavailable when the file cannot be opened or is of a newer version; invalid_options when there is no
 * driver, or the file cannot be kept safely where it is
 */
export function sqliteStorage(
  options: SqliteOptions & { readonly shared: true },
): SharedMessageStorage & EmbeddedStorage;
export function sqliteStorage(options: SqliteOptions): EmbeddedStorage;
export function sqliteStorage(options: SqliteOptions): EmbeddedStorage {
  const { synchronous = "FULL", shared = false, allowNetworkFileSystem = false } = options;
  const opened = openDatabase(options, { synchronous, shared, allowNetworkFileSystem });
  return shared ? new SharedSqliteStorage(opened) : new SqliteStorage(opened);
}

const ABILITIES = { retention: true, redaction: true } as const;

class SqliteStorage implements RetentionStorage, RedactableStorage {
  readonly capabilities: EmbeddedStorage["capabilities"];
  protected readonly leases: LeaseStatements;
  readonly #connection: SqliteConnection;
  protected readonly session: SessionStatements;
  readonly #maintenance: MaintenanceStatements;
  readonly #writing: Transaction;
  readonly #reading: Transaction;
  readonly #commits: GroupCommit;
  #closed = false;

  constructor({ connection, durability }: OpenedDatabase) {
    this.capabilities = { durability, shared: false, ...ABILITIES };
    this.#connection = connection;
    this.session = new SessionStatements(connection);
    this.leases = new LeaseStatements(connection);
    this.#maintenance = new MaintenanceStatements(connection, this.session);
    this.#writing = Transaction.toWrite(connection);
    this.#reading = Transaction.toRead(connection);
    this.#commits = new GroupCommit(this.#writing, (commit) => this.#write(commit));
  }

  async load(session: SessionKey): Promise<LoadedSession | null> {
    return this.read(() => this.session.load(session));
  }

  async events(session: SessionKey, query: { after: bigint; limit: number }): Promise<readonly StoredEvent[] | "gone"> {
    return this.read(() => this.session.events(session, query));
  }

  async command(session: SessionKey, id: string): Promise<StoredCommand | null> {
    return this.read(() => this.session.command(session, id));
  }

  async commit(commit: SessionCommit): Promise<CommitResult> {
    this.#assertOpen();
    assertKeepable(commit.head);
    return this.#commits.submit(commit);
  }

  async remove(session: SessionKey): Promise<void> {
    this.alone(() => {
      this.leases.forget(session);
      this.session.remove(session);
    });
    this.#emptyLog();
  }

  async base(session: SessionKey): Promise<SessionBase | null> {
    return this.read(() => this.#maintenance.base(session));
  }

  async truncate(truncation: SessionTruncation): Promise<RewriteResult> {
    const result = this.alone(() => this.#maintenance.truncate(truncation));
    this.#emptyLog();
    return result;
  }

  async redact(redaction: SessionRedaction): Promise<RewriteResult> {
    const result = this.alone(() => this.#maintenance.redact(redaction));
    this.#emptyLog();
    return result;
  }

  async sessions(query: { after: SessionKey | null; limit: number }): Promise<readonly SessionKey[]> {
    return this.read(() => this.#maintenance.sessions(query));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#commits.flush();
    this.#connection.close();
  }

  /** In a transaction of its own, now. */
  protected alone<Result>(work: () => Result): Result {
    this.#assertOpen();
    return wrapping(() => this.#writing.alone(work));
  }

  /** Several statements see one state, whatever another process writes meanwhile. */
  protected read<Result>(work: () => Result): Result {
    this.#assertOpen();
    return wrapping(() => this.#reading.alone(work));
  }

  /** The write-ahead log keeps pages as they were: what has gone is gone when it is empty. Readers elsewhere delay that. */
  #emptyLog(): void {
    wrapping(() => this.#connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get());
  }

  #write(commit: SessionCommit): CommitResult {
    const { session, fence, due } = commit;
    const result = this.session.write(commit, fence !== undefined && !this.leases.isCurrent(session, fence));
    if (result.status === "committed" && due !== undefined) this.leases.createMissing(session, due);
    return result;
  }

  #assertOpen(): void {
    if (this.#closed) throw new SessionStreamError("closed", "This storage was closed; open the file again.");
  }
}

class SharedSqliteStorage extends SqliteStorage implements SharedMessageStorage {
  override readonly capabilities: (SharedMessageStorage & EmbeddedStorage)["capabilities"];

  constructor(opened: OpenedDatabase) {
    super(opened);
    this.capabilities = { durability: opened.durability, shared: true, ...ABILITIES };
  }

  async heads(sessions: readonly SessionKey[]): Promise<readonly (SessionHead | null)[]> {
    return this.read(() => this.session.heads(sessions));
  }

  async lease(key: LeaseKey, request: { readonly holder: string; readonly ttlMs: number }): Promise<Lease | null> {
    return this.alone(() => this.leases.take(key, request));
  }

  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    return this.alone(() => this.leases.renew(lease, ttlMs));
  }

  async release(lease: Lease): Promise<void> {
    this.alone(() => this.leases.release(lease));
  }

  async expiredLeases(limit: number): Promise<readonly Lease[]> {
    return this.read(() => this.leases.expired(limit));
  }
}

function wrapping<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw SessionStreamError.from(error, "storage_unavailable");
  }
}
