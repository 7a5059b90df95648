import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CommitResult, MessageStorageAdapter, SessionCommit, SessionKey } from "../../storage/contract.ts";
import { type MemoryStorageContents, memoryStorage } from "../../storage/memory/memory-storage.ts";
import type { StorageHarness } from "./harness.ts";
import { runStorageCase, skipReason } from "./run-case.ts";
import { storageConformanceCases } from "./storage-conformance-cases.ts";
import { measureStorage, timingReport } from "./timings.ts";

type Bug = (good: MessageStorageAdapter) => Partial<MessageStorageAdapter>;

const rewriting =
  (change: (commit: SessionCommit) => SessionCommit): Bug =>
  (good) => ({ commit: (commit) => good.commit(change(commit)) });

const renaming =
  (change: (session: SessionKey) => SessionKey): Bug =>
  (good) => ({
    load: (session) => good.load(change(session)),
    events: (session, query) => good.events(change(session), query),
    command: (session, id) => good.command(change(session), id),
    commit: (commit) => good.commit({ ...commit, session: change(commit.session) }),
    remove: (session) => good.remove(change(session)),
  });

async function withCurrentRevision(good: MessageStorageAdapter, commit: SessionCommit): Promise<CommitResult> {
  const found = await good.load(commit.session);
  return good.commit({ ...commit, expect: found?.head.revision ?? null });
}

/** Adapters with one defect each, and clauses that must notice. */
const BUGS: readonly { readonly defect: string; readonly caughtBy: readonly string[]; readonly bug: Bug }[] = [
  {
    defect: "creates what it is asked for",
    caughtBy: ["S-1"],
    bug: (good) => ({
      load: async (session) => {
        const head = { revision: "", epoch: "", ordinal: 0n, tag: "", projected: 0n, view: "", horizon: 0n, floor: 0n };
        await good.commit({ session, expect: null, head, events: [] });
        return good.load(session);
      },
    }),
  },
  {
    defect: "last writer wins",
    caughtBy: ["S-8", "S-9", "S-11"],
    bug: (good) => ({ commit: (commit) => withCurrentRevision(good, commit) }),
  },
  {
    defect: "compares the ordinal instead of the revision",
    caughtBy: ["S-10", "S-11"],
    bug: (good) => ({
      commit: async (commit) => {
        const found = await good.load(commit.session);
        const expected = commit.head.ordinal - BigInt(commit.events.length);
        return expected === (found?.head.ordinal ?? 0n) ? withCurrentRevision(good, commit) : good.commit(commit);
      },
    }),
  },
  {
    defect: "tests conflict before duplicate",
    caughtBy: ["S-23"],
    bug: (good) => ({
      commit: async (commit) => {
        const head = (await good.load(commit.session))?.head ?? null;
        return commit.expect === (head?.revision ?? null) ? good.commit(commit) : { status: "conflict", head };
      },
    }),
  },
  {
    defect: "keeps the command of a conflict",
    caughtBy: ["S-9", "S-25"],
    bug: (good) => ({
      commit: async (commit) => {
        const result = await good.commit(commit);
        if (result.status !== "conflict" || result.head === null || commit.command === undefined) return result;
        await good.commit({
          session: commit.session,
          expect: result.head.revision,
          head: result.head,
          events: [],
          command: commit.command,
        });
        return result;
      },
    }),
  },
  {
    defect: "writes events and entities in two steps",
    caughtBy: ["S-13"],
    bug: (good) => ({
      commit: async ({ entities, ...commit }) => {
        const result = await good.commit(commit);
        await new Promise(setImmediate);
        if (result.status !== "committed" || entities === undefined) return result;
        return good.commit({
          session: commit.session,
          expect: commit.head.revision,
          head: commit.head,
          events: [],
          entities,
        });
      },
    }),
  },
  {
    defect: "reads head and entities at different times",
    caughtBy: ["S-5"],
    bug: (good) => ({
      load: async (session) => {
        const first = await good.load(session);
        await new Promise(setImmediate);
        const second = await good.load(session);
        return first && second && { head: first.head, entities: second.entities };
      },
    }),
  },
  { defect: "ignores forget", caughtBy: ["S-16"], bug: rewriting((commit) => withEntities(commit, { forget: [] })) },
  {
    defect: "ignores replace",
    caughtBy: ["S-17"],
    bug: rewriting(({ entities, ...commit }) => ({
      ...commit,
      ...(entities !== undefined && { entities: { put: entities.put, forget: entities.forget } }),
    })),
  },
  {
    defect: "takes removal records for rubbish",
    caughtBy: ["S-19"],
    bug: (good) => ({
      load: async (session) => {
        const found = await good.load(session);
        return found && { ...found, entities: found.entities.filter((entity) => !entity.removed) };
      },
    }),
  },
  {
    defect: "shares command ids among the tenants",
    caughtBy: ["S-29"],
    bug: renaming((session) => ({ tenant: "everybody", session: session.session })),
  },
  {
    defect: "joins tenant and session",
    caughtBy: ["S-29"],
    bug: renaming((session) => ({ tenant: "", session: [session.tenant, session.session].filter(Boolean).join("/") })),
  },
  {
    defect: "folds case",
    caughtBy: ["S-31"],
    bug: renaming((session) => ({ tenant: session.tenant, session: session.session.toLowerCase() })),
  },
  {
    defect: "normalises payloads",
    caughtBy: ["S-32"],
    bug: rewriting((commit) => ({
      ...commit,
      events: commit.events.map((event) => ({ ...event, payload: event.payload.trim() })),
    })),
  },
  {
    defect: "passes ordinals through numbers",
    caughtBy: ["S-33"],
    bug: rewriting((commit) => ({
      ...commit,
      events: commit.events.map((event) => ({ ...event, ordinal: BigInt(Number(event.ordinal)) })),
    })),
  },
  {
    defect: "answers from below the floor",
    caughtBy: ["S-4", "S-41"],
    bug: (good) => ({
      events: async (session, query) => {
        const floor = (await good.load(session))?.head.floor ?? 0n;
        return good.events(session, { ...query, after: query.after < floor ? floor : query.after });
      },
    }),
  },
  {
    defect: "counts from `after` on",
    caughtBy: ["S-3"],
    bug: (good) => ({ events: (session, query) => good.events(session, { ...query, after: query.after - 1n }) }),
  },
  {
    defect: "keeps commands when the session goes",
    caughtBy: ["S-38"],
    bug: (good) => {
      const commands = new Map<string, Awaited<ReturnType<MessageStorageAdapter["command"]>>>();
      return {
        command: async (session, id) => {
          const found = (await good.command(session, id)) ?? commands.get(id) ?? null;
          commands.set(id, found);
          return found;
        },
        remove: async (session) => {
          commands.set("old", await good.command(session, "old"));
          await good.remove(session);
        },
      };
    },
  },
  { defect: "goes on after close", caughtBy: ["S-40"], bug: () => ({ close: async () => {} }) },
  {
    defect: "shows the last event while the one before is still on its way",
    caughtBy: ["S-73"],
    bug: (good) => {
      let underway = 0;
      return {
        commit: async (commit) => {
          const result = await good.commit(commit);
          underway += 1;
          await new Promise(setImmediate);
          underway -= 1;
          return result;
        },
        events: async (session, query) => {
          const found = await good.events(session, query);
          return found === "gone" || underway === 0 ? found : found.toSpliced(-2, 1);
        },
      };
    },
  },
  {
    defect: "replaces record by record",
    caughtBy: ["S-74"],
    bug: (good) => ({
      commit: async (commit) => {
        const { entities } = commit;
        if (!entities?.replace) return good.commit(commit);
        const half = entities.put.slice(entities.put.length / 2);
        const result = await good.commit({ ...commit, entities: { put: half, forget: [] } });
        if (result.status !== "committed") return result;
        await new Promise(setImmediate);
        return good.commit({
          session: commit.session,
          expect: commit.head.revision,
          head: commit.head,
          events: [],
          entities,
        });
      },
    }),
  },
  {
    defect: "cuts ids at 255 characters",
    caughtBy: ["S-75"],
    bug: renaming(({ tenant, session }) => ({ tenant: tenant.slice(0, 255), session: session.slice(0, 255) })),
  },
  {
    defect: "joins kind and id",
    caughtBy: ["S-76"],
    bug: rewriting((commit) => {
      const names = new Map((commit.entities?.put ?? []).map((entity) => [`${entity.kind}/${entity.id}`, entity]));
      return withEntities(commit, { put: [...names.values()] });
    }),
  },
  {
    defect: "lets ordinals wrap around",
    caughtBy: ["S-77"],
    bug: rewriting((commit) => ({
      ...commit,
      events: commit.events.map((event) => ({ ...event, ordinal: BigInt.asIntN(64, event.ordinal) })),
    })),
  },
  {
    defect: "claims durability that nobody proved",
    caughtBy: ["S-48"],
    bug: () => ({ capabilities: { durability: "power", shared: true } }),
  },
];

function withEntities(commit: SessionCommit, change: Partial<NonNullable<SessionCommit["entities"]>>): SessionCommit {
  return commit.entities === undefined ? commit : { ...commit, entities: { ...commit.entities, ...change } };
}

function harnessOf(bug: Bug): StorageHarness {
  return {
    open: async () => {
      const contents: MemoryStorageContents = new Map();
      const good = memoryStorage(contents);
      const kept: MessageStorageAdapter = {
        capabilities: good.capabilities,
        load: (session) => good.load(session),
        events: (session, query) => good.events(session, query),
        command: (session, id) => good.command(session, id),
        commit: (commit) => good.commit(commit),
        remove: (session) => good.remove(session),
        close: () => good.close(),
      };
      return { storage: { ...kept, ...bug(good) }, dispose: () => good.close() };
    },
    reopen: { missing: "not here" },
    process: { missing: "not here" },
    faults: { missing: "not here" },
  };
}

describe("H54 the suite notices", () => {
  for (const { defect, caughtBy, bug } of BUGS) {
    it(`an adapter that ${defect}`, async () => {
      const harness = harnessOf(bug);
      for (const id of caughtBy) {
        const item = storageConformanceCases.find((candidate) => candidate.id === id);
        if (item === undefined) throw new Error(`There is no case ${id}`);
        await expect(runStorageCase(item, harness), id).rejects.toThrow();
      }
    });
  }
});

it("H54 every clause of the contract has its case, in order", () => {
  const page = readFileSync(new URL("../../storage/CONTRACT.md", import.meta.url), "utf8");
  const clauses = Array.from(page.matchAll(/^- \*\*(S-\d+)\*\*/gm), (match) => match[1]);
  expect(storageConformanceCases.map((item) => item.id)).toEqual(clauses);
});

it("H54 the timing report says how long each call took, and that is all", async () => {
  let time = 0;
  const timings = await measureStorage(
    harnessOf(() => ({})),
    () => {
      time += 0.5;
      return time;
    },
  );
  const half = { p50: 0.5, p99: 0.5 };
  expect(timings).toEqual({ commit: half, load: half, events: half });
  expect(timingReport("memory", timings)).toBe(
    "memory: commit p50 0.50 ms, p99 0.50 ms; load p50 0.50 ms, p99 0.50 ms; 100 events p50 0.50 ms, p99 0.50 ms",
  );
});

it("H54 a case that cannot run says why and does not pass", async () => {
  const harness = harnessOf(() => ({}));
  const reopening = storageConformanceCases.filter((item) => item.needs === "reopen");
  for (const item of reopening) {
    expect(skipReason(item, harness)).toBe("not here");
    await expect(runStorageCase(item, harness)).rejects.toThrow("not here");
  }
  expect(reopening).not.toEqual([]);
});
