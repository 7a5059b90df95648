/**
 * Owns the few calls this adapter makes of a SQLite driver, and their two implementations: libsql and better-sqlite3
 * share one API, node:sqlite has its own. Does not choose a driver or open a file.
 */
export type SqliteValue = string | number | bigint | null;

/** INTEGER columns come as `bigint`, REAL as `number`. Drivers may add keys of their own: read columns by name only. */
type SqliteRow = Readonly<Record<string, SqliteValue>>;

export interface SqliteStatement {
  /** @returns how many rows it changed. */
  run(...values: readonly SqliteValue[]): number;
  get(...values: readonly SqliteValue[]): SqliteRow | undefined;
  all(...values: readonly SqliteValue[]): readonly SqliteRow[];
}

/** One synchronous connection. */
export interface SqliteConnection {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

/** As wide as the drivers' own types: libsql's and better-sqlite3's adapt to what they are asked for. */
interface NativeStatement {
  run(...values: unknown[]): unknown;
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
}

interface NativeHandle<Statement extends NativeStatement> {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): unknown;
}

/** A `Database` of better-sqlite3 or libsql. */
export type SafeIntegersHandle = NativeHandle<NativeStatement & { safeIntegers(on: boolean): unknown }>;
/** A `DatabaseSync` of node:sqlite. */
export type ReadBigIntsHandle = NativeHandle<NativeStatement & { setReadBigInts(on: boolean): unknown }>;

/** An open database of any of the three drivers. */
export type SqliteHandle = SafeIntegersHandle | ReadBigIntsHandle;

export function connectionOver(handle: SqliteHandle): SqliteConnection {
  return {
    exec: (sql) => void handle.exec(sql),
    prepare: (sql) => new ReusedStatement(() => prepareWithBigInts(handle, sql)),
    close: () => void handle.close(),
  };
}

interface NativeCalls {
  run(values: readonly SqliteValue[]): unknown;
  get(values: readonly SqliteValue[]): unknown;
  all(values: readonly SqliteValue[]): unknown[];
}

function prepareWithBigInts(handle: SqliteHandle, sql: string): NativeCalls {
  const statement = handle.prepare(sql);
  if ("safeIntegers" in statement) {
    statement.safeIntegers(true);
    // All values as one array: one by one, libsql flattens them first, a sixth of what an insert costs.
    return statement;
  }
  statement.setReadBigInts(true);
  return {
    run: (values) => statement.run(...values),
    get: (values) => statement.get(...values),
    all: (values) => statement.all(...values),
  };
}

/** Prepared at first use and kept, until it fails: libsql leaves a failed statement with the old values bound. */
class ReusedStatement implements SqliteStatement {
  readonly #prepare: () => NativeCalls;
  #native: NativeCalls | null = null;

  constructor(prepare: () => NativeCalls) {
    this.#prepare = prepare;
  }

  run(...values: SqliteValue[]): number {
    // CAST: every driver answers with what was changed, as a number or a bigint.
    return Number((this.#call("run", values) as { readonly changes: number | bigint }).changes);
  }

  get(...values: SqliteValue[]): SqliteRow | undefined {
    // CAST: a row is an object of columns in every driver.
    return this.#call("get", values) as SqliteRow | undefined;
  }

  all(...values: SqliteValue[]): readonly SqliteRow[] {
    // CAST: as in `get`.
    return this.#call("all", values) as readonly SqliteRow[];
  }

  #call(method: keyof NativeCalls, values: SqliteValue[]): unknown {
    this.#native ??= this.#prepare();
    try {
      return this.#native[method](values);
    } catch (error) {
      this.#native = null;
      throw error;
    }
  }
}
