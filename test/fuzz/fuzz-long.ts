/**
 * The fuzzers by hand: `npm run fuzz:long -- [--frames N] [--seed text] [--processes N]`, half of the frames each way, on
 * all cores, with figures. Which frames are played depends on nothing but their number and the seed.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { PartFigures } from "./fuzz-part.ts";

const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "2000000" },
    seed: { type: "string", default: "long" },
    processes: { type: "string", default: String(availableParallelism()) },
  },
});

async function play(part: number): Promise<readonly PartFigures[]> {
  const args = [values.seed, String(Number(values.frames) / 2), String(part), values.processes];
  const child = fork(new URL("./fuzz-part.ts", import.meta.url), args);
  const figures: PartFigures[] = [];
  child.on("message", (told: PartFigures) => figures.push(told));
  const [code] = await once(child, "exit");
  if (code !== 0) process.exitCode = 1;
  return figures;
}

function print(fuzzer: PartFigures["fuzzer"], figures: readonly PartFigures[]): void {
  const frames = figures.reduce((sum, part) => sum + part.frames, 0);
  const seconds = Math.max(...figures.map((part) => part.seconds));
  const [slowest] = figures.map((part) => part.slowest).sort((a, b) => b.ms - a.ms);
  const heap = Math.max(...figures.map(({ heapBytes }) => heapBytes)) / 1024 / 1024;
  console.log(
    `${fuzzer}: ${frames} frames in ${seconds.toFixed(0)} s, ${(frames / seconds).toFixed(0)} a second; slowest ${slowest?.ms.toFixed(1)} ms of CPU (${slowest?.bytes} bytes); heap ${heap.toFixed(1)} MiB`,
  );
}

const parts = await Promise.all(Array.from({ length: Number(values.processes) }, (_, part) => play(part)));
for (const fuzzer of ["client", "server"] as const) {
  const figures = parts.flat().filter((part) => part.fuzzer === fuzzer);
  if (figures.length > 0) print(fuzzer, figures);
}
