/** Owns running the bundled simulator: in processes of its own, several at a time, their reports gathered. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { dealOut } from "../setup/deal-out.ts";
import type { SeedReport } from "./run/seed-report.ts";

export type Broken = Extract<SeedReport, { readonly type: "violation" }>;

export interface Played {
  readonly histories: number;
  readonly steps: number;
  readonly cpuMs: number;
  readonly broken: readonly Broken[];
}

/** A history leaves little but garbage: the more of it there may be, the less often it is collected. */
const NODE_OPTIONS = ["--max-semi-space-size=64"];

/** One process. Its other output is passed on as it is. */
export async function runSimulator(
  program: string,
  args: readonly string[],
  heard?: (line: string) => void,
): Promise<Played> {
  const child = spawn(process.execPath, [...NODE_OPTIONS, program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const broken: Broken[] = [];
  let done = { histories: 0, steps: 0, cpuMs: 0 };
  for await (const line of createInterface({ input: child.stdout })) {
    const report = readReport(line);
    if (report === null) heard?.(line);
    else if (report.type === "violation") broken.push(report);
    else done = report;
  }
  const { histories, steps, cpuMs } = done;
  return { histories, steps, cpuMs, broken };
}

/** A process needs some hundred histories until all of it is compiled. Small enough to see that it goes on. */
const PORTION = 2_000;

/**
 * Seeds from `first` on, dealt out in portions to as many processes as there are to be. What comes of a seed depends on
 * nothing else, and the sum is in their order. `heard` gets each portion when it is done, and the sum so far.
 */
export async function playSeeds(
  program: string,
  { first, count }: { readonly first: number; readonly count: number },
  processes: number,
  heard: (played: Played, soFar: Played) => void = () => undefined,
): Promise<Played> {
  const portion = Math.max(1, Math.min(PORTION, Math.ceil(count / processes)));
  const starts = Array.from({ length: Math.ceil(count / portion) }, (_, index) => index * portion);
  let soFar = NOTHING;
  const portions = await dealOut(starts, processes, async (start) => {
    const played = await runSimulator(program, [String(first + start), String(Math.min(portion, count - start))]);
    soFar = add(soFar, played);
    heard(played, soFar);
    return played;
  });
  return portions.reduce(add, NOTHING);
}

const NOTHING: Played = { histories: 0, steps: 0, cpuMs: 0, broken: [] };

function add(a: Played, b: Played): Played {
  return {
    histories: a.histories + b.histories,
    steps: a.steps + b.steps,
    cpuMs: a.cpuMs + b.cpuMs,
    broken: [...a.broken, ...b.broken],
  };
}

function readReport(line: string): SeedReport | null {
  // CAST: what begins like this was written by play-seeds.ts.
  return line.startsWith('{"type":"violation"') || line.startsWith('{"type":"done"')
    ? (JSON.parse(line) as SeedReport)
    : null;
}
