/** The command as a process of its own, as an operator runs it, and as a function, which starts sooner. */
import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { runCli } from "../cli/run-cli.ts";

const BIN = fileURLToPath(new URL("../../../bin/sessionstream.js", import.meta.url));
export const NOTES = fileURLToPath(new URL("./notes-modules.ts", import.meta.url));
const FLAGS = ["--conditions=@sessionstream/source", "--import", "tsx"];

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export async function runBin(argv: readonly string[], input = ""): Promise<Ran> {
  const { child, ended } = start(argv, input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}

/** As `head -0` has it: nobody reads what it says. */
export async function runUnread(argv: readonly string[]): Promise<Ran> {
  const { child, ended } = start(argv, "");
  child.stdout.destroy();
  const err = await text(child.stderr);
  return { code: await ended, out: "", err };
}

function start(argv: readonly string[], input: string) {
  const child = spawn(process.execPath, [...FLAGS, BIN, ...argv]);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  // A command that refuses its arguments ends before it has read.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return { child, ended };
}

export async function runHere(...argv: readonly string[]): Promise<Ran> {
  const said: Record<"out" | "err", string[]> = { out: [], err: [] };
  const code = await runCli(argv, {
    stdin: Readable.from([]),
    stdout: { write: (written) => said.out.push(written) },
    stderr: { write: (written) => said.err.push(written) },
  });
  return { code, out: said.out.join(""), err: said.err.join("") };
}
