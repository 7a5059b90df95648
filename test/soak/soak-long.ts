// The long lane of the soak tests: `npm run soak:long`. Prints figures, fails when a bound is passed.

import { leakLoop } from "./leak-loop.ts";
import { activeResources, heapAtRest } from "./leftovers.ts";
import { millionEvents } from "./million-events.ts";
import { virtualDay } from "./virtual-day.ts";

const MIB = 1024 * 1024;
const WARM_UP_HOURS = 4;
const failures: string[] = [];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function check(isTrue: boolean, what: string): void {
  say(`  ${isTrue ? "ok  " : "FAIL"} ${what}`);
  if (!isTrue) failures.push(what);
}

const mib = (bytes: number) => `${(bytes / MIB).toFixed(2)} MiB`;

/** Least squares: growth per step. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const above = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  return above / values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
}

async function day(hours: number): Promise<void> {
  say(`${hours} virtual hours`);
  const heap: number[] = [];
  const report = await virtualDay({
    hours,
    onHour: async () => {
      heap.push(await heapAtRest());
    },
  });
  const perHour = slope(heap.slice(WARM_UP_HOURS));
  const { commits, reconnects, renewals, evicted } = report;
  say(`  ${commits} commits, ${reconnects} reconnects, ${renewals} renewals, ${evicted} evictions`);
  say(`  heap ${heap.map((bytes) => (bytes / MIB).toFixed(1)).join(" ")} MiB`);
  check(perHour <= 0.5 * MIB, `heap grows by ${mib(perHour)} an hour, at most 0.5 MiB`);
  check(report.differences.length === 0, `${report.differences.length} views differ from the server's`);
  check(
    JSON.stringify(report.after) === JSON.stringify(report.before),
    `tables are as before: ${JSON.stringify(report.after)}`,
  );
}

async function loops(count: number): Promise<void> {
  say(`${count} clients that come and go`);
  let warm = 0;
  const resources = activeResources();
  const report = await leakLoop(count, async (loop) => {
    if (loop === 500) warm = await heapAtRest();
  });
  const grown = (await heapAtRest()) - warm;
  check(grown <= 2 * MIB, `heap grew by ${mib(grown)} after the first 500, at most 2 MiB`);
  check(report.deaf === 0, `${report.deaf} did not hear of a commit`);
  check(activeResources() <= resources, `${activeResources()} handles, ${resources} before`);
  check(JSON.stringify(report.after) === JSON.stringify(report.before), "tables are as before");
}

async function million(sessions: number, events: number): Promise<void> {
  say(`${sessions} sessions, ${events} events on SQLite`);
  const report = await millionEvents(sessions, events);
  say(`  ${report.events} events in ${report.seconds.toFixed(1)} s, file ${mib(report.fileBytes)}`);
  say(`  peak: heap ${mib(report.peakHeap)}, rss ${mib(report.peakRss)}, ${report.peakSessions} sessions in memory`);
  check(report.wrong === 0, `${report.wrong} sessions read back wrong`);
  check(report.peakHeap <= 256 * MIB, "heap stays below 256 MiB");
  check(
    report.heapAfter - report.heapBefore <= 5 * MIB,
    `heap grew by ${mib(report.heapAfter - report.heapBefore)}, at most 5 MiB`,
  );
  check(report.filesAfter === report.filesBefore, `open files ${report.filesBefore} → ${report.filesAfter}`);
}

const quick = process.argv.includes("--quick");
if (globalThis.gc === undefined) throw new Error("Heap cannot be measured: run this with node --expose-gc");
await day(quick ? 6 : 24);
await loops(quick ? 2_000 : 10_000);
await million(quick ? 1_000 : 10_000, quick ? 100_000 : 1_000_000);
say(failures.length === 0 ? "all bounds hold" : `${failures.length} bounds do not hold`);
process.exitCode = failures.length === 0 ? 0 : 1;
