/** Owns the test's end of a node: starts it at its port, asks it, hears its reports, pauses, kills and restarts it. */
import { fork } from "node:child_process";
import { ReportingChild } from "../setup/reporting-child.ts";
import type { NodeReport, NodeRequest, NodeSettings } from "./node-messages.ts";

type Report<Type> = Extract<NodeReport, { readonly type: Type }>;

export class RunningNode {
  readonly settings: NodeSettings;
  readonly #program: string;
  /** Its present life. */
  #child: ReportingChild<NodeReport>;
  #asked = 0;

  constructor(program: string, settings: NodeSettings) {
    this.settings = settings;
    this.#program = program;
    this.#child = this.#spawn();
  }

  get url(): string {
    return `http://127.0.0.1:${this.settings.port}`;
  }

  ready(): Promise<unknown> {
    return this.#child.report(({ type }) => type === "ready");
  }

  async publish(session: string, name: string, count: number): Promise<void> {
    this.#asked += 1;
    const id = this.#asked;
    const request: NodeRequest = { id, publish: { session, name, count } };
    this.#child.send(request);
    const answer = await this.#child.report((report) => "id" in report && report.id === id);
    if (answer.type === "failed") throw new Error(answer.error);
  }

  /** Resolves when the engine of this node has begun, or ended, an answer in the session. */
  async engine(session: string, state: "started" | "stopped"): Promise<RunningNode> {
    await this.#child.report(
      (report) => report.type === "engine" && report.session === session && report.state === state,
    );
    return this;
  }

  hasAnswered(session: string): boolean {
    return this.#child.reports.some((report) => report.type === "engine" && report.session === session);
  }

  /** How often a tool was executed for the session in its present life. */
  executed(session: string): number {
    return this.#child.reports.filter((report) => report.type === "executed" && report.session === session).length;
  }

  /** Its doorbell is in this state now. */
  async doorbell(state: string): Promise<void> {
    const latest = () =>
      this.#child.reports.findLast((report): report is Report<"doorbell"> => report.type === "doorbell");
    while (latest()?.state !== state) await this.#child.news();
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.signal(signal);
  }

  kill(): Promise<void> {
    return this.#child.kill();
  }

  /** As a deploy does it. @returns when each of its sockets was gone, in ms since it was told. */
  async restart(): Promise<readonly number[]> {
    this.#child.signal("SIGTERM");
    const drained = await this.#child.report((report): report is Report<"drained"> => report.type === "drained");
    await this.#child.ended();
    this.#child = this.#spawn();
    await this.ready();
    return drained.leftAtMs;
  }

  #spawn(): ReportingChild<NodeReport> {
    const stdio = ["ignore", "pipe", "pipe", "ipc"] as const;
    const child = fork(this.#program, [JSON.stringify(this.settings)], { execArgv: [], stdio: [...stdio] });
    return new ReportingChild(`The node at port ${this.settings.port}`, child);
  }
}
