import assert from "node:assert/strict";
import { append, committed, loaded, observing, same, sorted } from "../check.ts";
import { aCommand, aHead, anEntity, anEvent, aPayload, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const TEN_TIMES = Array.from({ length: 10 });

export const readingCases: readonly StorageCase[] = [
  {
    id: "S-1",
    title: "H11 an unknown session is nothing, and asking for it creates nothing",
    async run(storage) {
      for (let round = 0; round < 2; round++) {
        same(await storage.load(SESSION), null);
        same(await storage.events(SESSION, { after: 0n, limit: 10 }), []);
        same(await storage.command(SESSION, "command-1"), null);
      }
      await committed(storage, commitAfter(null, "r1", { events: 1 }));
    },
  },
  {
    id: "S-2",
    title: "the head comes back field by field",
    async run(storage) {
      const head = aHead({
        revision: "r1",
        epoch: "e7",
        ordinal: 9n,
        tag: "event-9",
        projected: 7n,
        view: "v3",
        horizon: 5n,
        floor: 4n,
      });
      await committed(storage, { session: SESSION, expect: null, head, events: [anEvent(9n)] });
      same((await loaded(storage)).head, head);
    },
  },
  {
    id: "S-3",
    title: "events come in pages, in order, and end at the head",
    async run(storage) {
      await append(storage, "r1", { events: 25 });
      const page = async (after: bigint, limit: number) => {
        const events = await storage.events(SESSION, { after, limit });
        assert.notEqual(events, "gone");
        return events === "gone" ? [] : events.map((event) => Number(event.ordinal));
      };
      same(await page(0n, 10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      same(await page(10n, 10), [11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
      same(await page(20n, 10), [21, 22, 23, 24, 25]);
      same(await page(24n, 1), [25]);
      same(await page(25n, 10), []);
      same(await page(26n, 10), []);
    },
  },
  {
    id: "S-4",
    title: "H57 events below the floor are gone, at the floor they are not",
    async run(storage) {
      await append(storage, "r1", { events: 10 });
      await append(storage, "r2", { head: { floor: 4n, projected: 10n } });
      assert.equal(await storage.events(SESSION, { after: 3n, limit: 10 }), "gone");
      same(await storage.events(SESSION, { after: 4n, limit: 2 }), [anEvent(5n), anEvent(6n)]);
    },
  },
  {
    id: "S-5",
    title: "F-D2 load sees head and entities of the same commit, whatever is written meanwhile",
    async run(storage) {
      const balance = (ordinal: bigint) => ({
        put: [anEntity("left", { payload: `${ordinal - 7n}` }), anEntity("right", { payload: "7" })],
        forget: [],
      });
      const write = async () => {
        for (let ordinal = 1n; ordinal <= 200n; ordinal++) {
          await append(storage, `r${ordinal}`, { events: 1, entities: balance(ordinal) });
        }
      };
      // Several at a time: where reads run beside each other, thousands of them meet two hundred writes.
      await observing(write(), async () => {
        for (const found of await Promise.all(TEN_TIMES.map(() => storage.load(SESSION)))) {
          const sum = found?.entities.reduce((total, entity) => total + BigInt(entity.payload), 0n);
          assert.equal(sum, found?.head.ordinal, "load returned the head of one commit with entities of another");
        }
      });
    },
  },
  {
    id: "S-6",
    title: "what a reader holds does not change under it",
    async run(storage) {
      await append(storage, "r1", {
        events: 1,
        command: aCommand("c1"),
        entities: { put: [anEntity("a")], forget: [] },
      });
      const before = await loaded(storage);
      const events = await storage.events(SESSION, { after: 0n, limit: 10 });
      await append(storage, "r2", {
        events: 1,
        entities: { put: [anEntity("a", { payload: aPayload("later") }), anEntity("b")], forget: [] },
      });
      await storage.remove(SESSION);
      const changed = "what was returned before changed with a later commit: return copies";
      same(before.head, { ...aHead({ revision: "r1" }), ordinal: 1n, tag: "event-1" }, changed);
      same(sorted(before.entities), [anEntity("a")], changed);
      same(events, [anEvent(1n)], changed);
    },
  },
  {
    id: "S-7",
    title: "a resolved commit is visible to every later read",
    async run(storage) {
      for (let number = 1; number <= 20; number++) {
        const id = `${number}`;
        await append(storage, `r${id}`, {
          events: 1,
          command: aCommand(id),
          entities: { put: [anEntity(id)], forget: [] },
        });
        const [session, events, command] = await Promise.all([
          storage.load(SESSION),
          storage.events(SESSION, { after: BigInt(number - 1), limit: 10 }),
          storage.command(SESSION, id),
        ]);
        same(session?.head.revision, `r${id}`);
        same(session?.entities.length, number);
        same(events, [anEvent(BigInt(number))]);
        same(command, aCommand(id));
      }
    },
  },
];
