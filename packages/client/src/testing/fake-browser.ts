/** A browser's storage, locks and channels, shared by the pages a test opens and kills. */
import type { KeyValueStore, OutboxDevice } from "../outbox/device.ts";

export interface FakeBrowser {
  openPage(): FakePage;
  /** What is kept, by key, of all principals. */
  texts(): readonly string[];
  /** How the storage answers from now on. */
  storage(mood: "works" | "does not open" | "refuses writes" | "refuses" | "hangs"): void;
}

interface FakePage {
  readonly device: OutboxDevice;
  /** As a crash ends it: nothing of it runs on, its locks are free. */
  kill(): void;
}

interface Waiting {
  readonly page: object;
  readonly held: () => void;
}

interface Ear {
  readonly page: object;
  readonly hear: (message: unknown) => void;
}

export function createFakeBrowser(): FakeBrowser {
  const tables = new Map<string, Map<string, string>>();
  const locks = new Map<string, Waiting[]>();
  const ears = new Map<string, Set<Ear>>();
  let mood: Parameters<FakeBrowser["storage"]>[0] = "works";

  /** The first of the line has the lock. */
  function giveUp(name: string, isLeaving: (waiting: Waiting) => boolean): void {
    const line = locks.get(name) ?? [];
    const rest = line.filter((waiting) => !isLeaving(waiting));
    locks.set(name, rest);
    if (rest[0] !== line[0]) rest[0]?.held();
  }

  return {
    texts: () => [...tables.values()].flatMap((table) => [...table.values()]),
    storage(next) {
      mood = next;
    },
    openPage() {
      const page = {};
      let isAlive = true;
      const soon = (callback: () => void) =>
        void Promise.resolve().then(() => {
          if (isAlive) callback();
        });

      function operation<T>(isWrite: boolean, run: () => T): Promise<T> {
        return new Promise((resolve, reject) => {
          if (!isAlive || mood === "hangs") return;
          const isRefused = mood === "refuses" || (isWrite && mood === "refuses writes");
          if (isRefused) soon(() => reject(new Error("QuotaExceededError")));
          else {
            const result = run();
            soon(() => resolve(result));
          }
        });
      }

      function storeOf(space: string): KeyValueStore {
        const table = tables.get(space) ?? new Map<string, string>();
        tables.set(space, table);
        return {
          list: () => operation(false, () => [...table].toSorted()),
          put: (key, value) => operation(true, () => void table.set(key, value)),
          remove: (key) => operation(true, () => void table.delete(key)),
          clear: () => operation(true, () => table.clear()),
        };
      }

      return {
        kill() {
          isAlive = false;
          for (const all of ears.values()) for (const ear of all) if (ear.page === page) all.delete(ear);
          for (const name of locks.keys()) giveUp(name, (waiting) => waiting.page === page);
        },
        device: {
          async open(name, principal) {
            if (mood === "does not open") throw new Error("InvalidStateError");
            const space = `${name} of ${principal}`;
            return {
              store: storeOf(space),
              lock(lock, leaving, held) {
                const waiting = { page, held: () => soon(held) };
                const line = locks.get(`${space}/${lock}`) ?? [];
                locks.set(`${space}/${lock}`, [...line, waiting]);
                if (line.length === 0) waiting.held();
                leaving.addEventListener("abort", () => giveUp(`${space}/${lock}`, (one) => one === waiting));
              },
              meet(hear) {
                const all = ears.get(space) ?? new Set<Ear>();
                ears.set(space, all.add({ page, hear: (message) => soon(() => hear(message)) }));
                return (message) => {
                  if (!isAlive) return;
                  for (const ear of all) if (ear.page !== page) ear.hear(structuredClone(message));
                };
              },
            };
          },
        },
      };
    },
  };
}
