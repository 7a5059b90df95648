/**
 * Owns one server process of the tests: a folder of its own, a free port, and an end together with the tests, even
 * when these are killed. What kind of server it is, its starter knows.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  readonly process: ChildProcess;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Starts a server and waits until `answers` resolves.
 * @throws Error with what the server printed, when it ends before it answers.
 */
export async function startChildServer(options: {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly answers: () => Promise<void>;
}): Promise<ChildServer> {
  const { program, args, folder } = options;
  const setpriv = findProgram("setpriv");
  // Without it the server outlives tests that are killed.
  const [command, ...before] = setpriv === null ? [program] : [setpriv, "--pdeathsig", "KILL", program];
  const child = spawn(command, [...before, ...args], {
    cwd: folder,
    ...serverIdentity(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: string[] = [];
  child.stdout.on("data", (text) => printed.push(String(text)));
  child.stderr.on("data", (text) => printed.push(String(text)));
  const ended = once(child, "exit");
  const onExit = (): void => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", onExit);
  try {
    await untilAnswer(options.answers, () => child.exitCode !== null || child.signalCode !== null);
  } catch (cause) {
    onExit();
    throw new Error(`${program} did not answer:\n${printed.join("")}`, { cause });
  }
  return {
    process: child,
    stop: async () => {
      process.off("exit", onExit);
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
