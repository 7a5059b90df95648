import type { MessageStorageAdapter } from "../../../storage/contract.ts";
import { memoryStorage } from "../../../storage/memory/memory-storage.ts";
import { contents, same } from "../check.ts";
import { randomStep, seededRandom } from "../random-step.ts";
import type { StorageCase } from "../storage-case.ts";

const HISTORIES = 500;
/** Neighbours in time, so that a store which gathers commits has something to gather. */
const AT_ONCE = 25;
const STEPS = 25;

export const historyCases: readonly StorageCase[] = [
  {
    id: "S-41",
    title: `H52 H54 ${HISTORIES} random histories are answered as the memory adapter answers them`,
    run: (storage) => runHistories(storage, { from: 1, count: HISTORIES }),
  },
];

/** Each number is another history, the same every time. */
export async function runHistories(
  storage: MessageStorageAdapter,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<void> {
  const seeds = Array.from({ length: count }, (_, index) => from + index);
  while (seeds.length > 0) await Promise.all(seeds.splice(0, AT_ONCE).map((seed) => runHistory(storage, seed)));
}

async function runHistory(storage: MessageStorageAdapter, seed: number): Promise<void> {
  const model = memoryStorage();
  const random = seededRandom(seed);
  const one = { tenant: `history-${seed}`, session: "one" };
  const two = { tenant: `history-${seed}`, session: "two" };
  for (let number = 0; number < STEPS; number++) {
    const session = random(2) === 0 ? one : two;
    const head = (await model.load(session))?.head ?? null;
    const step = randomStep(random, session, head, `r${number}`);
    same(await step.run(storage), await step.run(model), `history ${seed}, step ${number}: ${step.what}`);
  }
  for (const session of [one, two]) {
    same(
      await contents(storage, session),
      await contents(model, session),
      `history ${seed} leaves ${session.session} unlike`,
    );
  }
}
