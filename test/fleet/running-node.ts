/** Owns the test's end of a node: starts it at its port, asks it, hears its reports, pauses, kills and restarts it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { NodeReport, NodeRequest, NodeSettings } from "./node-messages.ts";

const MOST_PRINTED = 10_000;

type Report<Type> = Extract<NodeReport, { readonly type: Type }>;

export class RunningNode {
  readonly settings: NodeSettings;
  readonly #program: string;
  #process: ChildProcess;
  /** Of its present life. */
  #reports: NodeReport[] = [];
  /** The last of it: nodes complain about what the tests do to them. */
  #printed = "";
  readonly #waiting = new Set<() => void>();
  #asked = 0;

  constructor(program: string, settings: NodeSettings) {
    this.settings = settings;
    this.#program = program;
    this.#process = this.#spawn();
  }

  get url(): string {
    return `http://127.0.0.1:${this.settings.port}`;
  }

  ready(): Promise<unknown> {
    return this.#report((report) => report.type === "ready");
  }

  async publish(session: string, name: string, count: number): Promise<void> {
    this.#asked += 1;
    const id = this.#asked;
    const request: NodeRequest = { id, publish: { session, name, count } };
    this.#process.send(request);
    const answer = await this.#report((report) => "id" in report && report.id === id);
    if (answer.type === "failed") throw new Error(answer.error);
  }

  /** Resolves when the engine of this node has begun, or ended, an answer in the session. */
  async engine(session: string, state: "started" | "stopped"): Promise<RunningNode> {
    await this.#report((report) => report.type === "engine" && report.session === session && report.state === state);
    return this;
  }

  hasAnswered(session: string): boolean {
    return this.#reports.some((report) => report.type === "engine" && report.session === session);
  }

  /** Its doorbell is in this state now. */
  async doorbell(state: string): Promise<void> {
    const latest = () => this.#reports.findLast((report): report is Report<"doorbell"> => report.type === "doorbell");
    while (latest()?.state !== state) await this.#news();
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(signal);
  }

  /** As a power cut ends it. */
  async kill(): Promise<void> {
    if (this.#hasEnded()) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  /** As a deploy does it. @returns when each of its sockets was gone, in ms since it was told. */
  async restart(): Promise<readonly number[]> {
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const drained = await this.#report((report): report is Report<"drained"> => report.type === "drained");
    await exit;
    this.#reports = [];
    this.#process = this.#spawn();
    await this.ready();
    return drained.leftAtMs;
  }

  #spawn(): ChildProcess {
    const stdio = ["ignore", "pipe", "pipe", "ipc"] as const;
    const child = fork(this.#program, [JSON.stringify(this.settings)], { execArgv: [], stdio: [...stdio] });
    this.#printed = "";
    const print = (text: unknown) => {
      this.#printed = (this.#printed + String(text)).slice(-MOST_PRINTED);
    };
    child.stdout?.on("data", print);
    child.stderr?.on("data", print);
    child.on("message", (report: NodeReport) => {
      this.#reports.push(report);
      this.#wake();
    });
    child.on("exit", () => this.#wake());
    return child;
  }

  #report<Wanted extends NodeReport>(wanted: (report: NodeReport) => report is Wanted): Promise<Wanted>;
  #report(wanted: (report: NodeReport) => boolean): Promise<NodeReport>;
  async #report(wanted: (report: NodeReport) => boolean): Promise<NodeReport> {
    for (;;) {
      const found = this.#reports.find(wanted);
      if (found !== undefined) return found;
      await this.#news();
    }
  }

  async #news(): Promise<void> {
    if (this.#hasEnded()) {
      const { exitCode, signalCode } = this.#process;
      throw new Error(`The node at port ${this.settings.port} has ended: ${exitCode ?? signalCode}\n${this.#printed}`);
    }
    await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}
