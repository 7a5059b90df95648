/**
 * Owns a process that a test has forked: what it reports over IPC, the wait for what it has not reported yet, and its
 * end. What it is asked for and what its reports mean, the tests' ends of it know.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

const MOST_PRINTED = 10_000;

export class ReportingChild<Report extends object> {
  /** In order. */
  readonly reports: Report[] = [];
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Set<() => void>();
  /** The last of it: such processes complain about what the tests do to them. */
  #printed = "";

  constructor(name: string, process: ChildProcess) {
    this.#name = name;
    this.#process = process;
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on("data", (text) => {
        this.#printed = (this.#printed + String(text)).slice(-MOST_PRINTED);
      });
    }
    process.on("message", (report: Report) => {
      this.reports.push(report);
      this.#wake();
    });
    process.on("disconnect", () => this.#wake());
    process.on("exit", () => this.#wake());
  }

  /** To a process that is dying it is lost, as it would be on a network. */
  send(request: object): void {
    if (this.#process.connected) this.#process.send(request, () => {});
  }

  report<Wanted extends Report>(wanted: (report: Report) => report is Wanted): Promise<Wanted>;
  report(wanted: (report: Report) => boolean): Promise<Report>;
  /** The first that is wanted, reported already or not. @throws Error when the process has ended without it. */
  async report(wanted: (report: Report) => boolean): Promise<Report> {
    for (;;) {
      const found = this.reports.find(wanted);
      if (found !== undefined) return found;
      await this.news();
    }
  }

  /** Resolves at the next report, or at the end. @throws Error when no report can come any more. */
  async news(): Promise<void> {
    // Its last words may be read after its end.
    const isSilent = this.end !== null && !this.#process.connected;
    if (isSilent) throw new Error(`${this.#name} has ended: ${this.end}\n${this.#printed}`);
    await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Its signal or its code; `null` while it lives. */
  get end(): NodeJS.Signals | number | null {
    return this.#process.signalCode ?? this.#process.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async ended(): Promise<void> {
    if (this.end === null) await once(this.#process, "exit");
  }

  /** As a power cut ends it. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
