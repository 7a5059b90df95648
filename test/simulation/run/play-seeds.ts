// The program that plays. `<first> <count>`: so many histories from that seed on, telling of each that broke a promise,
// and `--until <invariant>` stops at one that broke this. `--show <seed>`: one history, everything told. `--shrink <seed>`: the same in as few steps
// as break the promise. `--replay <file>…`: recorded histories. `--defect <id>` before all: with this defect, where they
// are planted. Reports are lines of JSON.
import { readFileSync } from "node:fs";
import { type HistoryOptions, playHistory } from "./history.ts";
import type { RecordedHistory, SeedReport } from "./seed-report.ts";
import { shrink } from "./shrink.ts";
import type { InvariantId } from "./violation.ts";

const began = process.cpuUsage();
let current = 0;
let played = { histories: 0, steps: 0 };

function say(report: SeedReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

// Nothing may be thrown where nobody listens.
process.on("unhandledRejection", surprise);
process.on("uncaughtException", surprise);

function surprise(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say({ type: "violation", seed: current, invariant: "clean", message, steps: 0 });
  process.exitCode = 1;
  process.exit();
}

/** @returns the promise that was broken. */
async function play(options: HistoryOptions): Promise<InvariantId | null> {
  current = options.seed;
  const { violation, played: steps } = await playHistory(options);
  played = { histories: played.histories + 1, steps: played.steps + steps };
  if (violation === null) return null;
  const { invariant, message } = violation;
  say({ type: "violation", seed: options.seed, invariant, message, steps });
  return invariant;
}

async function playMany(first: number, count: number, until: string | undefined): Promise<void> {
  for (let seed = first; seed < first + count; seed += 1) {
    const broken = await play({ seed });
    if (broken !== null && broken === until) return;
  }
}

async function shorten(seed: number): Promise<void> {
  current = seed;
  const { violation, steps } = await playHistory({ seed });
  if (violation === null) return;
  const { invariant, message: found } = violation;
  const record: RecordedHistory = { seed, invariant, found, steps: await shrink(seed, steps, invariant) };
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

declare global {
  // Asked by the edits of planted defects.
  var plantedDefect: string | undefined;
}

const args = process.argv.slice(2);
if (args[0] === "--defect") [, globalThis.plantedDefect] = args.splice(0, 2);
const [first = "", second = ""] = args;
switch (first) {
  case "--show":
    await play({ seed: Number(second), write: (line) => process.stdout.write(`${line}\n`) });
    break;
  case "--shrink":
    await shorten(Number(second));
    break;
  case "--replay":
    for (const file of args.slice(1)) {
      // CAST: written by `--shrink`.
      const { seed, steps } = JSON.parse(readFileSync(file, "utf8")) as RecordedHistory;
      await play({ seed, steps });
    }
    break;
  default:
    await playMany(Number(first), Number(second), args[2] === "--until" ? args[3] : undefined);
}
const { user, system } = process.cpuUsage(began);
say({ type: "done", ...played, cpuMs: (user + system) / 1_000 });
process.exit();
