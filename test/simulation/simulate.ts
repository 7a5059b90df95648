/**
 * The simulator by hand. `--seed N` plays one history and tells every step and frame; `--seed N --shrink` prints it in as
 * few steps as break the promise, to be kept under regressions/; `--histories N [--from N]` plays that many on all cores;
 * `--defects [--from N]` looks for each planted defect and says by which seed it was found.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { bundleSimulator } from "./bundle.ts";
import { BLIND_HISTORIES, findDefects } from "./defects/find-defects.ts";
import { type Broken, playSeeds, runSimulator } from "./simulator.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    defects: { type: "boolean", default: false },
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

async function searchDefects(): Promise<boolean> {
  const missed: string[] = [];
  const search = { first: Number(values.from), most: BLIND_HISTORIES, processes: availableParallelism() };
  await findDefects(search, ({ id, name, by }) => {
    if (by === null) missed.push(id);
    print(`${id.padStart(8)}  ${by === null ? "missed" : `seed ${by.seed}, ${by.invariant}`}  ${name}`);
  });
  print(missed.length === 0 ? "all found" : `missed within ${BLIND_HISTORIES} histories: ${missed.join(", ")}`);
  return missed.length === 0;
}

async function playOne(program: string, seed: string): Promise<boolean> {
  const { broken } = await runSimulator(program, [values.shrink ? "--shrink" : "--show", seed], print);
  return broken.length === 0;
}

async function play(): Promise<boolean> {
  const { program, remove } = await bundleSimulator();
  try {
    return values.seed === undefined ? await playMany(program) : await playOne(program, values.seed);
  } finally {
    remove();
  }
}

if (!(await (values.defects ? searchDefects() : play()))) process.exitCode = 1;
