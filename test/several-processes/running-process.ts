/** Owns the test's end of a hub in a process of its own: starts it, asks it, hears its reports, pauses and kills it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

type Wish =
  | { readonly type: "prompt" | "stop"; readonly session: string }
  | { readonly type: "publish"; readonly session: string; readonly count: number };

export type ProcessRequest = Wish & { readonly id: string };

export type ProcessReport =
  | { readonly type: "ready" }
  | { readonly type: "engine"; readonly session: string; readonly state: "started" | "stopped" }
  | { readonly type: "done"; readonly id: string }
  | { readonly type: "failed"; readonly id: string; readonly error: string };

const PROGRAM = fileURLToPath(new URL("./hub-process.ts", import.meta.url));

export class RunningProcess implements AsyncDisposable {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #reports: ProcessReport[] = [];
  readonly #waiting = new Set<() => void>();
  #asked = 0;

  constructor(name: string, path: string) {
    this.name = name;
    const execArgv = ["--conditions=@sessionstream/source", "--import", "tsx"];
    this.#process = fork(PROGRAM, [path], { execArgv, serialization: "advanced" });
    this.#process.on("message", (report: ProcessReport) => {
      this.#reports.push(report);
      this.#wake();
    });
    this.#process.on("exit", () => this.#wake());
  }

  ready(): Promise<unknown> {
    return this.#report((report) => report.type === "ready");
  }

  async ask(wish: Wish): Promise<void> {
    this.#asked += 1;
    const id = `${this.name}-${this.#asked}`;
    this.#process.send({ ...wish, id });
    const answer = await this.#report((report) => "id" in report && report.id === id);
    if (answer.type === "failed") throw new Error(`${this.name}: ${answer.error}`);
  }

  engine(session: string, state: "started" | "stopped"): Promise<unknown> {
    return this.#report((report) => report.type === "engine" && report.session === session && report.state === state);
  }

  hasStarted(session: string): boolean {
    return this.#reports.some((report) => report.type === "engine" && report.session === session);
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.#hasEnded()) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #report(wanted: (report: ProcessReport) => boolean): Promise<ProcessReport> {
    for (;;) {
      const found = this.#reports.find(wanted);
      if (found !== undefined) return found;
      if (this.#hasEnded()) throw new Error(`${this.name} has ended, with code ${this.#process.exitCode}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}
