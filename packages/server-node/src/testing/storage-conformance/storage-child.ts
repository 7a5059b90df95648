/**
 * Owns the other process of the durability cases, both ends of it: it writes what it is told and reports each commit
 * once it has resolved, so that the parent may kill it at any moment and knows what was promised.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import { type WriteJob, writeCounting } from "./counting-writer.ts";

type ChildReport = { readonly ready: true } | { readonly acknowledged: string } | { readonly done: true };

/** The whole program of the child: call it with a storage on the parent's data. Ends with the parent. */
export function serveStorageChild(storage: MessageStorageAdapter): void {
  const report = (message: ChildReport) => process.send?.(message);
  process.on("message", (job: WriteJob) => {
    const writing = writeCounting(storage, job, (acknowledged) => report({ acknowledged }));
    void writing.then(() => report({ done: true }));
  });
  process.on("disconnect", () => process.exit());
  report({ ready: true });
}

/** The parent's end. */
export class StorageChild {
  readonly #process: ChildProcess;
  /** Ids of the commits it was told of. */
  readonly acknowledged: string[] = [];
  readonly #reports: ChildReport[] = [];
  #wake: () => void = () => {};

  constructor(process: ChildProcess) {
    this.#process = process;
    process.on("message", (message: ChildReport) => {
      if ("acknowledged" in message) this.acknowledged.push(message.acknowledged);
      this.#reports.push(message);
      this.#wake();
    });
    process.on("exit", () => this.#wake());
  }

  async write(job: WriteJob): Promise<void> {
    await this.#until((report) => "ready" in report);
    this.#process.send(job);
  }

  done(): Promise<void> {
    return this.#until((report) => "done" in report);
  }

  async acknowledgedAtLeast(count: number): Promise<void> {
    await this.#until(() => this.acknowledged.length >= count);
  }

  async kill(): Promise<void> {
    if (this.#ended()) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  async #until(wanted: (report: ChildReport) => boolean): Promise<void> {
    while (!this.#reports.some(wanted)) {
      if (this.#ended()) throw new Error(`The other process ended early, with code ${this.#process.exitCode}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}
