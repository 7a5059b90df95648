/** Owns transactions that write: all of one or nothing. Does not know what is written. */
import type { SqliteConnection } from "./driver.ts";

export class WriteTransaction {
  readonly #begin;
  readonly #commit;
  readonly #rollback;

  constructor(connection: SqliteConnection) {
    // IMMEDIATE: a transaction that reads first and writes later could fail for good when another process wrote between.
    this.#begin = connection.prepare("BEGIN IMMEDIATE");
    this.#commit = connection.prepare("COMMIT");
    this.#rollback = connection.prepare("ROLLBACK");
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
