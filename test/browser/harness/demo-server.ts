/**
 * Owns the real server of the example as a child process over a real SQLite file: starting, killing, starting again at
 * the same address over the same file.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { freePort } from "../../services/child-server.ts";

export interface DemoServerOptions {
  /** How much faster than a person reads along the answers are typed. */
  readonly speed: number;
}

export class DemoServer implements AsyncDisposable {
  readonly url: string;
  readonly database: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #speed: number;
  #process: ChildProcess | null = null;

  private constructor(port: number, speed: number) {
    this.#folder = mkdtempSync(join(tmpdir(), "sessionstream-browser-"));
    this.#port = port;
    this.#speed = speed;
    this.database = join(this.#folder, "chat.db");
    this.url = `http://localhost:${port}`;
  }

  static async start({ speed }: DemoServerOptions): Promise<DemoServer> {
    const server = new DemoServer(await freePort(), speed);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [inject("builtServer")], {
      cwd: inject("builtFolder"),
      env: {
        ...process.env,
        NODE_ENV: "production",
        PORT: String(this.#port),
        DATABASE: this.database,
        DEMO_SPEED: String(this.#speed),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    process.once("exit", () => child.kill("SIGKILL"));
    await readyLine(child);
  }

  /** As a power cut ends it: no drain, no goodbye. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** As an operator ends it. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }
}

async function readyLine(child: ChildProcess): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Demo: http")) resolve();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => reject(new Error(`The server ended with ${code} before it was ready:\n${said}`)));
  });
}
