/** Owns the test's end of a hub in a process of its own: starts it, asks it, hears its reports, pauses and kills it. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ReportingChild } from "../setup/reporting-child.ts";

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

export class RunningProcess {
  readonly #name: string;
  readonly #child: ReportingChild<ProcessReport>;
  #asked = 0;

  constructor(name: string, path: string) {
    this.#name = name;
    const execArgv = ["--conditions=@sessionstream/source", "--import", "tsx"];
    this.#child = new ReportingChild(name, fork(PROGRAM, [path], { execArgv, serialization: "advanced" }));
  }

  ready(): Promise<unknown> {
    return this.#child.report(({ type }) => type === "ready");
  }

  async ask(wish: Wish): Promise<void> {
    this.#asked += 1;
    const id = `${this.#name}-${this.#asked}`;
    const request: ProcessRequest = { ...wish, id };
    this.#child.send(request);
    const answer = await this.#child.report((report) => "id" in report && report.id === id);
    if (answer.type === "failed") throw new Error(`${this.#name}: ${answer.error}`);
  }

  engine(session: string, state: "started" | "stopped"): Promise<unknown> {
    return this.#child.report(
      (report) => report.type === "engine" && report.session === session && report.state === state,
    );
  }

  hasStarted(session: string): boolean {
    return this.#child.reports.some((report) => report.type === "engine" && report.session === session);
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.signal(signal);
  }

  kill(): Promise<void> {
    return this.#child.kill();
  }
}
