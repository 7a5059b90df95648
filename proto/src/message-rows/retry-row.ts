/** Owns how often and how soon a row is tried again. Appending is idempotent, so a try whose answer was lost may be repeated. */
import { SessionStreamError } from "../error-code.ts";

export interface RowRetry {
  /** `Infinity`: until it works, or the error says that it never will. */
  readonly attempts: number;
  wait(delayMs: number): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

const FIRST_MS = 100;
const LONGEST_MS = 30_000;

/** @throws SessionStreamError `storage_unavailable` after the last attempt, or what the store says with an error of ours */
export async function retryRow<Result>(operation: () => Promise<Result>, retry: RowRetry): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (thrown) {
      const error = messageStoreError(thrown);
      if (attempt >= retry.attempts || !error.retryable) throw error;
      await retry.wait(Math.min(FIRST_MS * 4 ** (attempt - 1), LONGEST_MS) * (0.5 + retry.random() / 2));
    }
  }
}

/** What the table's driver says stays in `cause`: it may name hosts and statements. */
export function messageStoreError(thrown: unknown): SessionStreamError {
  return SessionStreamError.from(thrown, "storage_unavailable", "The messages table did not answer; try again.");
}
