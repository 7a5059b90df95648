/**
 * The simulator by hand. `--seed N` plays one history and tells every step and frame; `--seed N --shrink` prints it in as
 * few steps as break the promise, to be kept under regressions/; `--histories N [--from N]` plays that many on all cores;
 * `--defects [--from N]` looks for each planted defect and says by which seed it was found. `--processes N`: on fewer.
 * How far it is goes to the error output; what came of it, to the other one, is the same however many processes played.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { bundleSimulator } from "./bundle.ts";
import { BLIND_HISTORIES, type Found, findDefects } from "./defects/find-defects.ts";
import { type Broken, type Played, playSeeds, runSimulator } from "./simulator.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    defects: { type: "boolean", default: false },
    shrink: { type: "boolean", default: false },
    histories: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    processes: { type: "string", default: String(availableParallelism()) },
  },
});
const processes = Number(values.processes);
const first = Number(values.from);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function tellProgress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function printBroken({ seed, invariant, message }: Broken): void {
  print(`seed ${seed}  ${message.startsWith(invariant) ? "" : `${invariant}: `}${message}`);
  print(`  npm run simulate -- --seed ${seed}`);
}

function speed({ histories, cpuMs }: Played, seconds: number): string {
  const perSecond = (histories / seconds).toFixed(1);
  const perCpuSecond = (histories / (cpuMs / 1_000)).toFixed(1);
  return `${histories} in ${seconds.toFixed(0)} s, ${perSecond} a second, ${perCpuSecond} a second of one core`;
}

async function playMany(program: string): Promise<boolean> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  const seeds = { first, count: Number(values.histories) };
  const total = await playSeeds(program, seeds, processes, ({ broken }, soFar) => {
    for (const { seed, invariant } of broken) tellProgress(`seed ${seed} broke ${invariant}`);
    tellProgress(speed(soFar, seconds()));
  });
  const { histories, steps, broken } = total;
  broken.forEach(printBroken);
  print(`${histories} histories of ${(steps / histories).toFixed(0)} steps, ${broken.length} broken`);
  return broken.length === 0;
}

async function searchDefects(): Promise<boolean> {
  const line = ({ id, name, by }: Found) =>
    `${id.padStart(8)}  ${by === null ? "missed" : `seed ${by.seed}, ${by.invariant}`}  ${name}`;
  const search = { first, most: BLIND_HISTORIES, processes };
  const defects = await findDefects(search, ({ id, by }) => tellProgress(`${id} ${by === null ? "missed" : "found"}`));
  for (const found of defects) print(line(found));
  const missed = defects.filter(({ by }) => by === null).map(({ id }) => id);
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
