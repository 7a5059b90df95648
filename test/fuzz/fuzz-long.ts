/** The fuzzers by hand: `npm run fuzz:long -- [--frames N] [--seed text]`, half of the frames each way, with figures. */
import { parseArgs } from "node:util";
import { fuzzClient } from "./fuzz-client.ts";
import type { FuzzReport, FuzzRun } from "./fuzz-report.ts";
import { fuzzServer } from "./fuzz-server.ts";

const { values } = parseArgs({
  options: { frames: { type: "string", default: "2000000" }, seed: { type: "string", default: "long" } },
});
/** Frames of one seed, which a failure names. */
const SLICE = 10_000;

/** Of the process: another one's share of the machine is nobody's frame. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function play(name: string, fuzz: (run: FuzzRun, elapsed: () => number) => FuzzReport | Promise<FuzzReport>) {
  const frames = Number(values.frames) / 2;
  const began = performance.now();
  let slowest = { ms: 0, bytes: 0 };
  for (let done = 0; done < frames; done += SLICE) {
    const run = { seed: `${values.seed}-${name}-${done}`, frames: Math.min(SLICE, frames - done) };
    const report = await fuzz(run, cpuMs);
    if (report.slowest.ms > slowest.ms) slowest = report.slowest;
  }
  const seconds = (performance.now() - began) / 1_000;
  global.gc?.();
  const heap = (process.memoryUsage().heapUsed / 1024 / 1024).toFixed(1);
  console.log(
    `${name}: ${frames} frames in ${seconds.toFixed(0)} s, ${(frames / seconds).toFixed(0)} a second; slowest ${slowest.ms.toFixed(1)} ms of CPU (${slowest.bytes} bytes); heap ${heap} MiB`,
  );
}

await play("client", fuzzClient);
await play("server", fuzzServer);
