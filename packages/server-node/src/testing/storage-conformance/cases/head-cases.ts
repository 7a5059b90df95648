import { append, committed, contents, loaded, same } from "../check.ts";
import { aCommand, anEntity, anEvent, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

export const headCases: readonly StorageCase[] = [
  {
    id: "S-8",
    title: "H23 a second first commit conflicts with the first one's head",
    async run(storage) {
      const head = await committed(storage, commitAfter(null, "r1", { events: 3 }));
      same(await storage.commit(commitAfter(null, "r2", { events: 1 })), { status: "conflict", head });
      same(await storage.commit(commitAfter(null, "r1", { events: 3 })), { status: "conflict", head });
      same((await contents(storage))?.events.length, 3);
    },
  },
  {
    id: "S-9",
    title: "H61 a stale revision conflicts and writes nothing",
    async run(storage) {
      const first = await append(storage, "r1", { events: 1, entities: { put: [anEntity("a")], forget: [] } });
      const { head } = await append(storage, "r2", { events: 1 });
      const before = await contents(storage);
      const stale = commitAfter(first.head, "r3", {
        events: [anEvent(3n)],
        command: aCommand("c1"),
        entities: { put: [anEntity("b")], forget: [{ kind: "Message", id: "a" }] },
      });
      same(await storage.commit(stale), { status: "conflict", head });
      same(await contents(storage), before);
      same(await storage.command(SESSION, "c1"), null);
    },
  },
  {
    id: "S-10",
    title: "only the revision is compared",
    async run(storage) {
      const { head } = await append(storage, "r1", { events: 2 });
      const twin = commitAfter({ ...head, revision: "another" }, "r2", { events: 1 });
      same(await storage.commit(twin), { status: "conflict", head });
      const unlike = { ...head, revision: "r3", epoch: "e2", view: "v2", projected: 2n };
      await committed(storage, { session: SESSION, expect: "r1", head: unlike, events: [] });
      same((await loaded(storage)).head, unlike);
    },
  },
  {
    id: "S-11",
    title: "a commit of entities alone moves the revision",
    async run(storage) {
      const { head } = await append(storage, "r1", { events: 1 });
      const checkpoint = commitAfter(head, "r2", {
        entities: { put: [anEntity("a")], forget: [] },
        head: { projected: 1n },
      });
      await committed(storage, checkpoint);
      same(await storage.commit(commitAfter(head, "r3", { events: 1 })), { status: "conflict", head: checkpoint.head });
    },
  },
  {
    id: "S-12",
    title: "a revision expected of a session that does not exist conflicts with nothing",
    async run(storage) {
      const commit = { ...commitAfter(null, "r2", { events: 1 }), expect: "r1" };
      same(await storage.commit(commit), { status: "conflict", head: null });
      same(await storage.load(SESSION), null);
    },
  },
];
