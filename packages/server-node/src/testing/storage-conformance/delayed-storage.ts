/** Owns a storage at a distance: calls arrive late and out of order, and so do their answers. `close` waits for them. */
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import { type Random, seededRandom } from "./random-step.ts";

const MAX_TURNS = 4;

export function delayed<Storage extends MessageStorageAdapter>(storage: Storage, seed: number): Storage {
  const random = seededRandom(seed);
  const underway = new Set<Promise<unknown>>();
  let closed = false;

  async function call(method: (...input: never[]) => unknown, input: never[]): Promise<unknown> {
    await someTurns(random);
    const answer = await method.apply(storage, input);
    await someTurns(random);
    return answer;
  }

  return new Proxy(storage, {
    get(_, name) {
      const member: unknown = Reflect.get(storage, name, storage);
      if (typeof member !== "function") return member;
      return async (...input: never[]) => {
        if (name === "close") {
          closed = true;
          await Promise.allSettled(underway);
        }
        // CAST: each function of a storage is a method of its contract.
        const method = member as (...input: never[]) => unknown;
        // What is called after `close` must find it closed, and not be waited for.
        if (closed) return method.apply(storage, input);
        const answer = call(method, input);
        underway.add(answer);
        return answer.finally(() => underway.delete(answer));
      };
    },
  });
}

async function someTurns(random: Random): Promise<void> {
  for (let turns = random(MAX_TURNS); turns > 0; turns--) await new Promise(setImmediate);
}
