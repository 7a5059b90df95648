/**
 * Owns which commits share a transaction: those that arrive in one turn of the event loop, of whatever sessions, so that
 * the disk is synced once for all of them. Does not know what a commit writes.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { CommitResult, SessionCommit } from "../contract.ts";
import type { Transaction } from "./transaction.ts";

interface WaitingCommit {
  readonly commit: SessionCommit;
  resolve(result: CommitResult): void;
  reject(error: SessionStreamError): void;
}

/** Bounds how long one transaction keeps the event loop. */
const MAX_GROUP = 256;

export class GroupCommit {
  readonly #transaction: Transaction;
  readonly #write: (commit: SessionCommit) => CommitResult;
  #waiting: WaitingCommit[] = [];
  #scheduled: NodeJS.Immediate | null = null;

  constructor(transaction: Transaction, write: (commit: SessionCommit) => CommitResult) {
    this.#transaction = transaction;
    this.#write = write;
  }

  submit(commit: SessionCommit): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      this.#schedule();
    });
  }

  /** Writes whatever still waits. */
  flush(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    while (this.#waiting.length > 0) this.#writeGroup(this.#waiting.splice(0, MAX_GROUP));
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = null;
      this.#writeGroup(this.#waiting.splice(0, MAX_GROUP));
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  /** One that cannot be written must not take the others along: then each has a transaction of its own. */
  #writeGroup(group: readonly WaitingCommit[]): void {
    try {
      this.#transaction.begin();
    } catch (error) {
      // Whoever keeps the file to itself does so for all of them: each would wait for it anew, and everybody with them.
      rejectAll(group, error);
      return;
    }
    let results: readonly CommitResult[];
    try {
      results = group.map((waiting) => this.#write(waiting.commit));
    } catch (error) {
      this.#transaction.abandon();
      if (group.length === 1) rejectAll(group, error);
      else for (const waiting of group) this.#writeGroup([waiting]);
      return;
    }
    try {
      this.#transaction.commit();
    } catch (error) {
      // Whether the disk has it is unknown: writing again could answer `conflict` to a commit that is there.
      this.#transaction.abandon();
      rejectAll(group, error);
      return;
    }
    for (const [index, result] of results.entries()) group[index]?.resolve(result);
  }
}

function rejectAll(group: readonly WaitingCommit[], cause: unknown): void {
  const error = SessionStreamError.from(cause, "storage_unavailable");
  for (const waiting of group) waiting.reject(error);
}
