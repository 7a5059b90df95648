/** Owns the test's end of a server that dies: starts it, sends commands, remembers what was acknowledged. */
import { type ChildProcess, fork } from "node:child_process";
import type { Moment } from "./moments.ts";

export type ServerRequest =
  | { readonly type: "submit"; readonly id: string; readonly session: string; readonly prompt: string }
  | { readonly type: "rebuild"; readonly session: string };

export interface Acknowledged {
  readonly type: "acknowledged";
  readonly id: string;
  readonly ordinal: bigint;
  readonly outcome: string;
  readonly repeated: boolean;
}

export type ServerReport =
  | { readonly type: "ready" }
  | Acknowledged
  | { readonly type: "refused"; readonly id: string; readonly code: string };

export interface SentCommand {
  readonly id: string;
  readonly session: string;
  readonly prompt: string;
}

export interface DieAt {
  readonly moment: Moment;
  readonly occurrence: number;
}

export class CrashingServer {
  readonly sent: SentCommand[] = [];
  readonly acknowledged = new Map<string, Acknowledged>();
  readonly #process: ChildProcess;
  readonly #gone: Promise<void>;
  #wake: () => void = () => {};
  #ready = false;

  constructor(program: string, path: string, dieAt?: DieAt) {
    const args = dieAt === undefined ? [path] : [path, dieAt.moment, String(dieAt.occurrence)];
    this.#process = fork(program, args, { execArgv: [], serialization: "advanced" });
    this.#process.on("message", (report: ServerReport) => this.#take(report));
    this.#gone = new Promise((resolve) => {
      this.#process.once("exit", () => {
        resolve();
        this.#wake();
      });
    });
  }

  async start(): Promise<void> {
    while (!this.#ready) await this.#news();
  }

  submit(command: SentCommand): void {
    this.sent.push(command);
    this.#send({ type: "submit", ...command });
  }

  rebuild(session: string): void {
    this.#send({ type: "rebuild", session });
  }

  async acknowledgedAtLeast(count: number): Promise<void> {
    while (this.acknowledged.size < count) await this.#news();
  }

  /** The same with a bound. */
  async acknowledgedWithin(count: number, ms: number): Promise<void> {
    const timeout = AbortSignal.timeout(ms);
    timeout.addEventListener("abort", () => this.#wake());
    while (this.acknowledged.size < count) {
      if (timeout.aborted) throw new Error(`The server gave ${this.acknowledged.size} answers within ${ms} ms`);
      await this.#news();
    }
  }

  /** Resolves when the process is gone; asserts that it was killed and did not end by itself. */
  async died(): Promise<void> {
    await this.#gone;
    if (this.#process.signalCode !== "SIGKILL") {
      throw new Error(`The server was to be killed, but ended with code ${this.#process.exitCode}`);
    }
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#gone;
  }

  #send(request: ServerRequest): void {
    // A message to a process that is dying is lost, as it would be on a network.
    if (this.#process.connected) this.#process.send(request, () => {});
  }

  #take(report: ServerReport): void {
    if (report.type === "ready") this.#ready = true;
    if (report.type === "acknowledged") this.acknowledged.set(report.id, report);
    if (report.type === "refused") throw new Error(`Command ${report.id} was refused: ${report.code}`);
    this.#wake();
  }

  async #news(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
      throw new Error("The server is gone before it did what the test waits for");
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
