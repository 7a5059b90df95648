import { describe, expect, it } from "vitest";
import type { Lease, SessionCommit, SharedMessageStorage } from "../../storage/contract.ts";
import { sharedMemory, sharedMemoryStorage } from "../../storage/memory/shared-memory-storage.ts";
import type { StorageHarness } from "./harness.ts";
import { runStorageCase } from "./run-case.ts";
import { storageConformanceCases } from "./storage-conformance-cases.ts";

type Bug = (good: SharedMessageStorage) => Partial<SharedMessageStorage>;

const without = (field: "fence" | "due", commit: SessionCommit): SessionCommit => {
  const { [field]: _, ...rest } = commit;
  return rest;
};

/** Shared storages with one defect each, and clauses that must notice. */
const BUGS: readonly { readonly defect: string; readonly caughtBy: readonly string[]; readonly bug: Bug }[] = [
  {
    defect: "leaves unknown sessions out of the heads",
    caughtBy: ["S-49"],
    bug: (good) => ({ heads: async (sessions) => (await good.heads(sessions)).filter((head) => head !== null) }),
  },
  {
    defect: "gives leases when it is closed",
    caughtBy: ["S-40"],
    bug: (good) => ({ lease: (key, { holder }) => good.lease(key, { holder, ttlMs: 1 }).catch(() => null) }),
  },
  {
    defect: "gives a lease to whoever asks",
    caughtBy: ["S-50", "S-53"],
    bug: (good) => ({ lease: (key, { ttlMs }) => good.lease(key, { holder: "anybody", ttlMs }) }),
  },
  {
    defect: "knows leases by their name alone",
    caughtBy: ["S-50"],
    bug: (good) => ({
      lease: ({ name }, request) => good.lease({ session: { tenant: "", session: "" }, name }, request),
    }),
  },
  {
    defect: "lets a holder keep its token",
    caughtBy: ["S-51"],
    bug: (good) => {
      const held = new Map<string, Lease>();
      return {
        async lease(key, request) {
          const name = JSON.stringify([key.session, key.name, request.holder]);
          const lease = held.get(name) ?? (await good.lease(key, request));
          if (lease !== null) held.set(name, lease);
          return lease;
        },
      };
    },
  },
  {
    defect: "counts tokens for each lease anew",
    caughtBy: ["S-52"],
    bug: (good) => {
      const given = new Map<string, bigint>();
      return {
        async lease(key, request) {
          const lease = await good.lease(key, request);
          const name = JSON.stringify([key.session, key.name]);
          given.set(name, (given.get(name) ?? 0n) + 1n);
          return lease && { ...lease, token: given.get(name) ?? 0n };
        },
      };
    },
  },
  {
    defect: "renews what is lost",
    caughtBy: ["S-51", "S-54"],
    bug: () => ({ renew: async () => true }),
  },
  {
    defect: "releases under any token",
    caughtBy: ["S-55"],
    bug: (good) => ({
      async release(lease) {
        // The next one to be given is this one's at the latest.
        for (let token = lease.token; token < lease.token + 5n; token += 1n) await good.release({ ...lease, token });
      },
    }),
  },
  {
    defect: "lists more expired leases than asked for",
    caughtBy: ["S-57"],
    bug: (good) => ({ expiredLeases: () => good.expiredLeases(1_000) }),
  },
  {
    defect: "takes fences for comments",
    caughtBy: ["S-58", "S-59"],
    bug: (good) => ({ commit: (commit) => good.commit(without("fence", commit)) }),
  },
  {
    defect: "looks at the fence some time before it writes",
    caughtBy: ["S-62"],
    bug: (good) => ({
      async commit(commit) {
        const look = await good.commit({ ...commit, expect: "no such revision" });
        if (look.status === "fenced") return look;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return good.commit(without("fence", commit));
      },
    }),
  },
  {
    defect: "tests fenced before duplicate",
    caughtBy: ["S-59"],
    bug: (good) => ({
      async commit(commit) {
        const { command: _, ...rest } = commit;
        const result = commit.fence === undefined ? null : await good.commit({ ...rest, expect: "nothing" });
        return result?.status === "fenced" ? result : good.commit(commit);
      },
    }),
  },
  {
    defect: "tests conflict before fenced",
    caughtBy: ["S-59"],
    bug: (good) => ({
      async commit(commit) {
        const [head = null] = await good.heads([commit.session]);
        const known = commit.command && (await good.command(commit.session, commit.command.id));
        if (!known && (head?.revision ?? null) !== commit.expect) return { status: "conflict", head };
        return good.commit(commit);
      },
    }),
  },
  {
    defect: "leaves nothing for a sweeper",
    caughtBy: ["S-60"],
    bug: (good) => ({ commit: (commit) => good.commit(without("due", commit)) }),
  },
  {
    defect: "leaves leases for what was not committed",
    caughtBy: ["S-60"],
    bug: (good) => ({
      async commit(commit) {
        const result = await good.commit(commit);
        if (result.status === "committed" || commit.due === undefined) return result;
        for (const name of commit.due) {
          await good.lease({ session: commit.session, name }, { holder: "nobody", ttlMs: 0 });
        }
        return result;
      },
    }),
  },
  {
    defect: "keeps the leases of a removed session",
    caughtBy: ["S-61"],
    bug: (good) => {
      const committed = new Map<string, SessionCommit>();
      return {
        async commit(commit) {
          const result = await good.commit(commit);
          committed.set(commit.session.session, commit);
          return result;
        },
        async remove(session) {
          await good.remove(session);
          for (const name of committed.get(session.session)?.due ?? []) {
            await good.lease({ session, name }, { holder: "nobody", ttlMs: 0 });
          }
        },
      };
    },
  },
  {
    defect: "says that it is not shared",
    caughtBy: ["S-49"],
    // CAST: what TypeScript keeps an author from.
    bug: () => ({ capabilities: { durability: "none", shared: false } }) as unknown as Partial<SharedMessageStorage>,
  },
];

function harnessOf(bug: Bug): StorageHarness {
  const memory = sharedMemory(() => performance.now());
  const open = () => {
    const good = sharedMemoryStorage(memory);
    return { ...good, ...bug(good) };
  };
  return {
    open: async () => ({ storage: open(), dispose: async () => {} }),
    reopen: async () => open(),
    process: { missing: "not here" },
    faults: { missing: "not here" },
    shared: true,
  };
}

describe("H54 the suite notices", () => {
  for (const { defect, caughtBy, bug } of BUGS) {
    it(`a shared storage that ${defect}`, async () => {
      for (const id of caughtBy) {
        const item = storageConformanceCases.find((candidate) => candidate.id === id);
        if (item === undefined) throw new Error(`There is no case ${id}`);
        await expect(runStorageCase(item, harnessOf(bug)), id).rejects.toThrow();
      }
    });
  }
});
