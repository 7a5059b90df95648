/**
 * Owns one server process of the tests: a folder of its own, a free port, and an end together with the tests, even
 * when these are killed. What kind of server it is, its starter knows.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { findProgram } from "../../scripts/find-program.ts";

/** PostgreSQL refuses to run as root, so that root's servers run as nobody. */
const NOBODY = 65_534;

export interface ServerIdentity {
  readonly uid: number;
  readonly gid: number;
}

/** Whom servers run as; `undefined`: as whoever runs the tests. */
export function serverIdentity(): ServerIdentity | undefined {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;
}

export function makeServerFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sessionstream-${name}-`));
  const identity = serverIdentity();
  if (identity !== undefined) chownSync(folder, identity.uid, identity.gid);
  return folder;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  if (address === null || typeof address === "string") throw new Error("The probe for a free port has no port");
  probe.close();
  await once(probe, "close");
  return address.port;
}

export interface ChildServer {
  signal(signal: NodeJS.Signals): void;
  /** Ends it with a signal. Its folder stays, so that it can be started again. */
  halt(signal: NodeJS.Signals): Promise<void>;
  /** After `halt`: at the same address, over what it left. Resolves when it answers. */
  resume(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

interface ServerProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly answers: () => Promise<void>;
  /** Ends it with all its children, at once; they would write to the folder while it is removed. Default `SIGKILL`. */
  readonly stopSignal?: NodeJS.Signals;
}

/**
 * Starts a server and waits until `answers` resolves.
 * @throws Error with what the server printed, when it ends before it answers.
 */
export async function startChildServer(server: ServerProgram): Promise<ChildServer> {
  let child = spawnServer(server);
  const onExit = (): void => {
    child.kill("SIGKILL");
    removeFolder(server.folder);
  };
  const halt = async (signal: NodeJS.Signals) => {
    if (hasEnded(child)) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };
  process.once("exit", onExit);
  try {
    await untilItAnswers(server, child);
  } catch (error) {
    onExit();
    throw error;
  }
  return {
    signal: (signal) => void child.kill(signal),
    halt,
    async resume() {
      child = spawnServer(server);
      await untilItAnswers(server, child);
    },
    async stop() {
      process.off("exit", onExit);
      await halt(server.stopSignal ?? "SIGKILL");
      removeFolder(server.folder);
    },
  };
}

/** Tries again while a process that is being killed still writes into it. */
function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

type ServerProcess = ChildProcessByStdio<null, Readable, Readable>;

function spawnServer({ program, args, folder }: ServerProgram): ServerProcess {
  const setpriv = findProgram("setpriv");
  // Without it the server outlives tests that are killed.
  const [command, ...before] = setpriv === null ? [program] : [setpriv, "--pdeathsig", "KILL", program];
  return spawn(command, [...before, ...args], {
    cwd: folder,
    ...serverIdentity(),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function hasEnded(child: ServerProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function untilItAnswers({ program, answers }: ServerProgram, child: ServerProcess): Promise<void> {
  const printed: string[] = [];
  child.stdout.on("data", (text) => printed.push(String(text)));
  child.stderr.on("data", (text) => printed.push(String(text)));
  try {
    await untilAnswer(answers, () => hasEnded(child));
  } catch (cause) {
    throw new Error(`${program} did not answer:\n${printed.join("")}`, { cause });
  }
}

const STARTS_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 20;

async function untilAnswer(answers: () => Promise<void>, ended: () => boolean): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    try {
      return await answers();
    } catch (error) {
      if (ended() || Date.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
