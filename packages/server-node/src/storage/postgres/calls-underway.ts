/**
 * Owns the life of an adapter's calls: each is counted while it is under way, so that `close` waits for it, none begins
 * after that, and what failed gets a code.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import { storageError } from "./storage-error.ts";

export class CallsUnderway {
  readonly #what: string;
  readonly #calls = new Set<Promise<unknown>>();
  #closed = false;

  /** `what`: is closed, for the message. */
  constructor(what: "storage" | "directory") {
    this.#what = what;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new SessionStreamError("closed", `This ${this.#what} was closed; open it again.`);
    const call = work();
    this.#calls.add(call);
    try {
      return await call;
    } catch (error) {
      throw storageError(error);
    } finally {
      this.#calls.delete(call);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#calls);
  }
}
