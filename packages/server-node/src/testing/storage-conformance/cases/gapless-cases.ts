import assert from "node:assert/strict";
import type { MessageStorageAdapter, StoredEntity, StoredEvent } from "../../../storage/contract.ts";
import { append, committed, contents, loaded, observing, same, sorted } from "../check.ts";
import { anEntity, anEvent, aPayload, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const WRITERS = ["small", "large"] as const;
const COMMITS = 40;
const ROWS = 300;

export const gaplessCases: readonly StorageCase[] = [
  {
    id: "S-73",
    title: "F-D3 no reader finds an event without those before it, however slow their writer is",
    async run(storage) {
      const writing = Promise.all(WRITERS.map((size) => writeEvents(storage, size))).then(() => undefined);
      await observing(writing, async () => {
        const { head } = (await storage.load(SESSION)) ?? { head: null };
        const after = head?.floor ?? 0n;
        const found = await storage.events(SESSION, { after, limit: 10_000 });
        assert.notEqual(found, "gone");
        const ordinals = found === "gone" ? [] : found.map(({ ordinal }) => ordinal);
        assert.deepEqual(
          ordinals,
          ordinals.map((_, index) => BigInt(index) + 1n),
        );
        assert.ok(BigInt(ordinals.length) >= (head?.ordinal ?? 0n), "what a head speaks of can be read");
      });
    },
  },
  {
    id: "S-74",
    title: "H36 no reader finds some of the old records and some of the new, and a stale replacement changes nothing",
    async run(storage) {
      const generation = (name: string): StoredEntity[] =>
        Array.from({ length: ROWS }, (_, index) => anEntity(`${index}`, { payload: aPayload(name) }));
      await append(storage, "r0", { entities: { put: generation("r0"), forget: [] } });
      const replacing = async () => {
        for (let n = 1; n <= 20; n++) {
          await append(storage, `r${n}`, { entities: { put: generation(`r${n}`), forget: [], replace: true } });
        }
      };
      await observing(replacing(), async () => {
        const { head, entities } = await loaded(storage);
        const generations = new Set(entities.map(({ payload }) => payload));
        same([entities.length, ...generations], [ROWS, aPayload(head.revision)], "load met a replacement half-way");
      });
      const before = await contents(storage);
      const stale = commitAfter(before?.head ?? null, "r21", { entities: { put: [], forget: [], replace: true } });
      same(await storage.commit({ ...stale, expect: "r1" }), { status: "conflict", head: before?.head });
      same(await contents(storage), before);
    },
  },
  {
    id: "S-75",
    title: "ids of 512 characters are kept whole, and are apart if they differ in the last",
    async run(storage) {
      const ends = ["x", "y"] as const;
      const long = (end: string) => "i".repeat(511) + end;
      const sessions = ends.flatMap((end) => [
        { tenant: long(end), session: "s" },
        { tenant: "t", session: long(end) },
      ]);
      for (const session of sessions) {
        const entities = { put: ends.map((end) => anEntity(long(end), { payload: aPayload(end) })), forget: [] };
        await append(storage, JSON.stringify(session), { events: [anEvent(1n, { id: long("x") })], entities }, session);
      }
      for (const session of sessions) {
        const found = await contents(storage, session);
        same(found?.head.revision, JSON.stringify(session));
        same(
          found?.entities.map(({ id, payload }) => [id, payload]),
          ends.map((end) => [long(end), aPayload(end)]),
        );
      }
    },
  },
  {
    id: "S-76",
    title: "kind and id together name an entity, however their texts could be joined",
    async run(storage) {
      const names = [
        ["a", "b/c"],
        ["a/b", "c"],
        ["a:b", "c"],
        ["a", "b:c"],
        ["A", "b/c"],
        ["", "a"],
        ["a", ""],
      ] as const;
      const put = names.map(([kind, id], index) => anEntity(id, { kind, payload: aPayload(`${index}`) }));
      await append(storage, "r1", { entities: { put, forget: [] } });
      same(sorted((await loaded(storage)).entities), sorted(put));
      await append(storage, "r2", { entities: { put: [], forget: [{ kind: "a", id: "b/c" }] } });
      same(sorted((await loaded(storage)).entities), sorted(put.slice(1)));
    },
  },
  {
    id: "S-77",
    title: "H60 an ordinal above 2^63-1 is kept exactly or refused, never another number",
    async run(storage) {
      const { head } = await append(storage, "r1", { events: 1 });
      const before = await contents(storage);
      const beyond = anEvent(2n ** 63n);
      const outcome = await kept(storage, commitAfter(head, "r2", { events: [beyond] }).head, beyond);
      if (outcome === "refused") {
        same(await contents(storage), before);
        await committed(storage, commitAfter(head, "r3", { events: 1 }));
      } else same((await contents(storage))?.events.at(-1), beyond);
    },
  },
];

async function kept(
  storage: MessageStorageAdapter,
  head: Awaited<ReturnType<typeof loaded>>["head"],
  event: StoredEvent,
): Promise<"kept" | "refused"> {
  try {
    await storage.commit({ session: SESSION, expect: "r1", head, events: [event] });
    return "kept";
  } catch {
    // Which error an adapter refuses with is its own affair; ours say `ordinal_exhausted`.
    return "refused";
  }
}

/** One writes much at a time and takes long, the other little and often. */
async function writeEvents(storage: MessageStorageAdapter, size: (typeof WRITERS)[number]): Promise<void> {
  const rows = size === "small" ? 1 : ROWS;
  for (let n = 0; n < (size === "small" ? COMMITS : COMMITS / 8); n++) {
    for (;;) {
      const head = (await storage.load(SESSION))?.head ?? null;
      const put = Array.from({ length: rows }, (_, index) => anEntity(`${size}-${index}`));
      const parts = { events: rows, entities: { put, forget: [] } };
      const { status } = await storage.commit(commitAfter(head, `${size}-${n}`, parts));
      if (status === "committed") break;
    }
  }
}
