/** Owns running the bundled simulator: in processes of its own, several at a time, their reports gathered. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { SeedReport } from "./run/seed-report.ts";

export type Broken = Extract<SeedReport, { readonly type: "violation" }>;

export interface Played {
  readonly histories: number;
  readonly steps: number;
  readonly cpuMs: number;
  readonly broken: readonly Broken[];
}

/** One process. Its other output is passed on as it is. */
export async function runSimulator(
  program: string,
  args: readonly string[],
  heard?: (line: string) => void,
): Promise<Played> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
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

/** Seeds from `first` on, dealt out in portions to as many processes as there are to be. */
export async function playSeeds(
  program: string,
  seeds: { readonly first: number; readonly count: number },
  processes: number,
  heard: (played: Played, total: Played) => void = () => undefined,
): Promise<Played> {
  const portion = Math.max(1, Math.min(PORTION, Math.ceil(seeds.count / processes)));
  const end = seeds.first + seeds.count;
  let next = seeds.first;
  let total: Played = { histories: 0, steps: 0, cpuMs: 0, broken: [] };
  await Promise.all(
    Array.from({ length: processes }, async () => {
      while (next < end) {
        const from = next;
        next = Math.min(end, from + portion);
        const played = await runSimulator(program, [String(from), String(next - from)]);
        total = {
          histories: total.histories + played.histories,
          steps: total.steps + played.steps,
          cpuMs: total.cpuMs + played.cpuMs,
          broken: [...total.broken, ...played.broken],
        };
        heard(played, total);
      }
    }),
  );
  return total;
}

function readReport(line: string): SeedReport | null {
  // CAST: what begins like this was written by play-seeds.ts.
  return line.startsWith('{"type":"violation"') || line.startsWith('{"type":"done"')
    ? (JSON.parse(line) as SeedReport)
    : null;
}
