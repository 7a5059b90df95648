// The program that fuzzes, one process of several. `<seed> <frames> <part> <of>`: of the slices of those frames, each way,
// every `of`-th from `part` on. Figures go to the parent; a frame that did what no frame may ends it and names the seed.
import { fuzzClient } from "./fuzz-client.ts";
import type { FuzzReport, FuzzRun, SlowFrame } from "./fuzz-report.ts";
import { fuzzServer } from "./fuzz-server.ts";

export interface PartFigures {
  readonly fuzzer: "client" | "server";
  readonly frames: number;
  readonly seconds: number;
  readonly slowest: SlowFrame;
  /** After a collection. */
  readonly heapBytes: number;
}

/** Frames of one seed, which a failure names. */
const SLICE = 10_000;
const [seed = "", ...numbers] = process.argv.slice(2);
const [frames = 0, part = 0, of = 1] = numbers.map(Number);

/** Of the process: another one's share of the machine is nobody's frame. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function play(
  fuzzer: PartFigures["fuzzer"],
  fuzz: (run: FuzzRun, elapsed: () => number) => FuzzReport | Promise<FuzzReport>,
): Promise<void> {
  const began = performance.now();
  let played = 0;
  let slowest: SlowFrame = { ms: 0, bytes: 0 };
  for (let start = part * SLICE; start < frames; start += of * SLICE) {
    const report = await fuzz({ seed: `${seed}-${fuzzer}-${start}`, frames: Math.min(SLICE, frames - start) }, cpuMs);
    played += report.frames;
    if (report.slowest.ms > slowest.ms) slowest = report.slowest;
  }
  const seconds = (performance.now() - began) / 1_000;
  global.gc?.();
  const { heapUsed: heapBytes } = process.memoryUsage();
  process.send?.({ fuzzer, frames: played, seconds, slowest, heapBytes } satisfies PartFigures);
}

await play("client", fuzzClient);
await play("server", fuzzServer);
