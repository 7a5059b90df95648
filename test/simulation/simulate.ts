/**
 * The simulator by hand. `--seed N` plays one history and tells every step and frame; `--seed N --shrink` prints it in as
 * few steps as break the promise, to be kept under regressions/; `--histories N [--from N]` plays that many on all cores.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { bundleSimulator } from "./bundle.ts";
import { type Broken, playSeeds, runSimulator } from "./simulator.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    shrink: { type: "boolean", default: false },
    histories: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
  },
});

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printBroken({ seed, invariant, message }: Broken): void {
  print(`seed ${seed}  ${message.startsWith(invariant) ? "" : `${invariant}: `}${message}`);
}

async function playMany(program: string): Promise<boolean> {
  const began = performance.now();
  const processes = availableParallelism();
  let histories = 0;
  const seeds = { first: Number(values.from), count: Number(values.histories) };
  const { steps, broken } = await playSeeds(program, seeds, processes, (played) => {
    histories += played.histories;
    played.broken.forEach(printBroken);
    print(`${histories} histories, ${(histories / ((performance.now() - began) / 1_000)).toFixed(1)} a second`);
  });
  print(
    `${histories} histories of ${(steps / histories).toFixed(0)} steps, ${processes} processes, ${broken.length} broken`,
  );
  return broken.length === 0;
}

async function playOne(program: string, seed: string): Promise<boolean> {
  const { broken } = await runSimulator(program, [values.shrink ? "--shrink" : "--show", seed], print);
  return broken.length === 0;
}

const { program, remove } = await bundleSimulator();
try {
  const kept = values.seed === undefined ? await playMany(program) : await playOne(program, values.seed);
  if (!kept) process.exitCode = 1;
} finally {
  remove();
}
