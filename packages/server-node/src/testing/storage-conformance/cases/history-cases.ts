import type { MessageStorageAdapter } from "../../../storage/contract.ts";
import { memoryStorage } from "../../../storage/memory/memory-storage.ts";
import { contents, same } from "../check.ts";
import { randomStep, seededRandom } from "../random-step.ts";
import type { StorageCase } from "../storage-case.ts";

const HISTORIES = 200;
/** Neighbours in time, so that a store which gathers commits has something to gather. */
const AT_ONCE = 25;
const STEPS = 25;

export const historyCases: readonly StorageCase[] = [
  {
    id: "S-41",
    title: `H52 H54 ${HISTORIES} random histories are answered as the memory adapter answers them`,
    async run(storage) {
      for (let first = 1; first <= HISTORIES; first += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => runHistory(storage, first + index)));
      }
    },
  },
];

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
