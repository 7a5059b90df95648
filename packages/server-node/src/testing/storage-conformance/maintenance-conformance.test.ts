import { describe, expect, it } from "vitest";
import type { RedactableStorage, RetentionStorage } from "../../storage/contract.ts";
import { memoryStorage } from "../../storage/memory/memory-storage.ts";
import type { StorageHarness } from "./harness.ts";
import { runStorageCase, skipReason } from "./run-case.ts";
import { storageConformanceCases } from "./storage-conformance-cases.ts";

type Maintained = RetentionStorage & RedactableStorage;
type Bug = (good: Maintained) => Partial<Maintained>;

/** Adapters with one defect each, and clauses that must notice. */
const BUGS: readonly { readonly defect: string; readonly caughtBy: readonly string[]; readonly bug: Bug }[] = [
  {
    defect: "raises the floor and keeps no base",
    caughtBy: ["S-64", "S-67"],
    bug: () => ({ base: async () => null }),
  },
  {
    defect: "lists no sessions instead of saying that it is closed",
    caughtBy: ["S-40"],
    bug: (good) => ({ sessions: (query) => good.sessions(query).catch(() => []) }),
  },
  {
    defect: "forgets to erase when it is closed",
    caughtBy: ["S-40"],
    bug: (good) => ({
      redact: (redaction) => good.redact(redaction).catch(() => ({ status: "conflict", head: null })),
    }),
  },
  {
    defect: "truncates whatever the revision is",
    caughtBy: ["S-65"],
    bug: (good) => ({
      truncate: async (truncation) => {
        const found = await good.load(truncation.session);
        return good.truncate({ ...truncation, expect: found?.head.revision ?? truncation.expect });
      },
    }),
  },
  {
    defect: "truncates one event too many",
    caughtBy: ["S-63"],
    bug: (good) => ({
      truncate: ({ head, ...truncation }) =>
        good.truncate({ ...truncation, head: { ...head, floor: head.floor + 1n } }),
    }),
  },
  {
    defect: "moves the floor first and the base later",
    caughtBy: ["S-67"],
    bug: (good) => ({
      truncate: async (truncation) => {
        const { session, expect, head } = truncation;
        const result = await good.commit({ session, expect, head, events: [] });
        await new Promise(setImmediate);
        if (result.status !== "committed") return { status: "conflict", head: null };
        return good.truncate({ ...truncation, expect: head.revision });
      },
    }),
  },
  {
    defect: "lists its first page for ever",
    caughtBy: ["S-69"],
    bug: (good) => ({
      sessions: async ({ after, limit }) => (after === null ? good.sessions({ after, limit }) : []),
    }),
  },
  {
    defect: "forgets the command when it redacts",
    caughtBy: ["S-70"],
    bug: (good) => ({ redact: (redaction) => good.redact({ ...redaction, commands: [] }) }),
  },
  {
    defect: "leaves the entities as they were",
    caughtBy: ["S-70"],
    bug: (good) => ({ redact: (redaction) => good.redact({ ...redaction, entities: { put: [], forget: [] } }) }),
  },
  {
    defect: "redacts whatever the revision is",
    caughtBy: ["S-72"],
    bug: (good) => ({
      redact: async (redaction) => {
        const found = await good.load(redaction.session);
        return good.redact({ ...redaction, expect: found?.head.revision ?? redaction.expect });
      },
    }),
  },
];

const nowhere = { missing: "not here" };

function harnessOf(
  bug: Bug,
  abilities: Partial<StorageHarness> = { retention: true, redaction: true },
): StorageHarness {
  return {
    open: async () => {
      const good = memoryStorage();
      const defect = bug(good);
      const storage = new Proxy(good, {
        get(target, name) {
          const value: unknown = Reflect.get(defect, name) ?? Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      return { storage, dispose: () => good.close() };
    },
    reopen: nowhere,
    process: nowhere,
    faults: nowhere,
    ...abilities,
  };
}

function caseOf(id: string) {
  const item = storageConformanceCases.find((candidate) => candidate.id === id);
  if (item === undefined) throw new Error(`There is no case ${id}`);
  return item;
}

describe("H54 H57 the suite notices", () => {
  for (const { defect, caughtBy, bug } of BUGS) {
    it(`an adapter that ${defect}`, async () => {
      for (const id of caughtBy) await expect(runStorageCase(caseOf(id), harnessOf(bug)), id).rejects.toThrow();
    });
  }

  it("a claim that the harness does not let it prove", async () => {
    const silent = harnessOf(() => ({}), {});
    await expect(runStorageCase(caseOf("S-48"), silent)).rejects.toThrow("retention");
    expect(skipReason(caseOf("S-63"), silent)).toBe("the storage keeps every event");
    expect(skipReason(caseOf("S-70"), silent)).toContain("cannot erase");
  });
});
