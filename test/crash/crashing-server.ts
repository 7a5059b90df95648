/** Owns the test's end of a server that dies: starts it, sends commands, remembers what was acknowledged. */
import { fork } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { ReportingChild } from "../setup/reporting-child.ts";
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
  readonly #child: ReportingChild<ServerReport>;

  constructor(program: string, path: string, dieAt?: DieAt) {
    const args = dieAt === undefined ? [path] : [path, dieAt.moment, String(dieAt.occurrence)];
    this.#child = new ReportingChild("The server", fork(program, args, { execArgv: [], serialization: "advanced" }));
  }

  async start(): Promise<void> {
    await this.#child.report(({ type }) => type === "ready");
  }

  submit(command: SentCommand): void {
    this.sent.push(command);
    this.#send({ type: "submit", ...command });
  }

  rebuild(session: string): void {
    this.#send({ type: "rebuild", session });
  }

  /** @throws Error when a command was refused: none of these tests sends one that may be. */
  get acknowledged(): ReadonlyMap<string, Acknowledged> {
    const answers = new Map<string, Acknowledged>();
    for (const report of this.#child.reports) {
      if (report.type === "refused") throw new Error(`Command ${report.id} was refused: ${report.code}`);
      if (report.type === "acknowledged") answers.set(report.id, report);
    }
    return answers;
  }

  async acknowledgedAtLeast(count: number): Promise<void> {
    while (this.acknowledged.size < count) await this.#child.news();
  }

  /** The same with a bound. */
  async acknowledgedWithin(count: number, ms: number): Promise<void> {
    const over = new AbortController();
    const late = setTimeout(ms, null, { signal: over.signal }).then(() => {
      throw new Error(`The server gave ${this.acknowledged.size} answers within ${ms} ms`);
    });
    try {
      await Promise.race([this.acknowledgedAtLeast(count), late]);
    } finally {
      over.abort();
    }
  }

  /** Resolves when the process is gone; asserts that it was killed and did not end by itself. */
  async died(): Promise<void> {
    await this.#child.ended();
    const { end } = this.#child;
    if (end !== "SIGKILL") throw new Error(`The server was to be killed, but ended with code ${end}`);
  }

  kill(): Promise<void> {
    return this.#child.kill();
  }

  #send(request: ServerRequest): void {
    this.#child.send(request);
  }
}
