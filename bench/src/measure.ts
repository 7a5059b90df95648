/**
 * Owns how pieces of code are compared: interleaved rounds (A B A B …) in one process after a warm-up, medians and
 * spread, and ratios to the bound round by round. Never a single absolute time: the machine is shared and noisy.
 * Collects no garbage between rounds: a full collection throws compiled code away, and the next round would pay for it.
 */
export interface Variant {
  readonly name: string;
  /** Runs `operations` operations and resolves when they are done. What it sets up before `start` is not measured. */
  readonly round: (stopwatch: Stopwatch) => Promise<void> | void;
}

export interface Stopwatch {
  start(): void;
  stop(): void;
  /** Instead of both: CPU and wall microseconds that another process spent. */
  record(spent: Spent): void;
}

export interface Spent {
  readonly cpu: number;
  readonly wall: number;
}

export interface Comparison {
  readonly id: string;
  readonly title: string;
  /** What an operation is: the unit behind every figure. */
  readonly operation: string;
  readonly operations: number;
  readonly rounds: number;
  /** Variant the others are divided by. */
  readonly bound: string;
  readonly variants: readonly Variant[];
}

export interface VariantResult {
  readonly variant: string;
  /** Microseconds of CPU (user and system, all threads of this process) per operation. */
  readonly cpu: Spread;
  /** Microseconds of wall time per operation. */
  readonly wall: Spread;
  /** CPU divided by the bound's of the same round. */
  readonly ratio: Spread;
}

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: middle(sorted), low: sorted[0] ?? Number.NaN, high: sorted.at(-1) ?? Number.NaN };
}

function middle(sorted: readonly number[]): number {
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Neighbours in time share the machine's mood, so a round is divided by the same round. */
export function ratios(samples: readonly number[], bound: readonly number[]): Spread {
  return spread(samples.flatMap((value, round) => (bound[round] === undefined ? [] : [value / bound[round]])));
}

export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

async function sample(variant: Variant, operations: number): Promise<Spent> {
  let cpuStart: NodeJS.CpuUsage | undefined;
  let wallStart = 0n;
  let result: Spent | undefined;
  await variant.round({
    start() {
      cpuStart = process.cpuUsage();
      wallStart = process.hrtime.bigint();
    },
    stop() {
      const wall = Number(process.hrtime.bigint() - wallStart) / 1_000;
      const cpu = process.cpuUsage(cpuStart);
      result = { cpu: cpu.user + cpu.system, wall };
    },
    record(spent) {
      result = spent;
    },
  });
  if (result === undefined) throw new Error(`variant "${variant.name}" did not use its stopwatch`);
  return { cpu: result.cpu / operations, wall: result.wall / operations };
}

/** Enough for the engine to have compiled what runs often. */
const WARM_UPS = 4;

/** Runs one comparison: unmeasured rounds of each variant, then `rounds` interleaved ones. */
export async function measure(comparison: Comparison): Promise<readonly VariantResult[]> {
  const { id, operations, rounds, bound, variants } = comparison;
  const samples = new Map<string, Spent[]>(variants.map(({ name }) => [name, []]));
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    for (const variant of variants) {
      const taken = await sample(variant, operations);
      if (round >= 0) samples.get(variant.name)?.push(taken);
    }
  }
  const cpuOf = (name: string) => (samples.get(name) ?? []).map(({ cpu }) => cpu);
  if (!samples.has(bound)) throw new Error(`case ${id} names a bound that is not among its variants`);
  return variants.map(({ name }) => ({
    variant: name,
    cpu: spread(cpuOf(name)),
    wall: spread((samples.get(name) ?? []).map(({ wall }) => wall)),
    ratio: ratios(cpuOf(name), cpuOf(bound)),
  }));
}

export function ratioOf(results: readonly VariantResult[], variant: string): number {
  const found = results.find((result) => result.variant === variant);
  if (found === undefined) throw new Error(`there is no variant "${variant}"`);
  return found.ratio.median;
}
