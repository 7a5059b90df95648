/** Owns transactions: all of one or nothing, and one state for all that is read in it. Does not know what is done there. */
import type { SqliteConnection } from "./driver.ts";

export class Transaction {
  readonly #begin;
  readonly #commit;
  readonly #rollback;

  private constructor(connection: SqliteConnection, begin: string) {
    this.#begin = connection.prepare(begin);
    this.#commit = connection.prepare("COMMIT");
    this.#rollback = connection.prepare("ROLLBACK");
  }

  /** IMMEDIATE: one that reads first and writes later could fail for good when another process wrote between. */
  static toWrite(connection: SqliteConnection): Transaction {
    return new Transaction(connection, "BEGIN IMMEDIATE");
  }

  static toRead(connection: SqliteConnection): Transaction {
    return new Transaction(connection, "BEGIN");
  }

  begin(): void {
    this.#begin.run();
  }

  commit(): void {
    this.#commit.run();
  }

  /** After a failure, which is what counts. */
  abandon(): void {
    try {
      this.#rollback.run();
    } catch {
      // SQLite has rolled back by itself (disk full, I/O error).
    }
  }

  /** Runs `work` in a transaction of its own, now. */
  alone<Result>(work: () => Result): Result {
    this.begin();
    try {
      const result = work();
      this.commit();
      return result;
    } catch (error) {
      this.abandon();
      throw error;
    }
  }
}
