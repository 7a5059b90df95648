import type { RetentionStorage, SessionBase, SessionHead, SessionKey } from "../../../storage/contract.ts";
import { append, contents, loaded, observing, same, sorted } from "../check.ts";
import { aCommand, anEntity, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const BASE = [
  anEntity("old", { createdOrdinal: 2n ** 53n + 1n, lastEventOrdinal: 2n ** 62n, commandId: "c1" }),
  anEntity("older"),
];

/** Ten events, a command and an entity. */
async function tenEvents(storage: RetentionStorage, session = SESSION): Promise<SessionHead> {
  const entities = { put: [anEntity("now")], forget: [] };
  const parts = { events: 10, command: aCommand("c1"), entities, head: { projected: 10n } };
  return (await append(storage, "r1", parts, session)).head;
}

const raised = (head: SessionHead, floor: bigint, revision = "r2"): SessionHead => ({ ...head, floor, revision });

function truncate(storage: RetentionStorage, head: SessionHead, base: SessionBase["entities"] = BASE) {
  return storage.truncate({ session: SESSION, expect: "r1", head, base });
}

async function baseOf(storage: RetentionStorage, session: SessionKey = SESSION) {
  const base = await storage.base(session);
  return base && { ...base, entities: sorted(base.entities) };
}

export const retentionCases: readonly StorageCase[] = [
  {
    id: "S-63",
    title: "H57 truncate takes the events up to the floor away, and nothing else",
    needs: "retention",
    async run(_, storage) {
      const head = await tenEvents(storage);
      const before = await contents(storage);
      same(await truncate(storage, raised(head, 4n)), { status: "committed" });
      same(await contents(storage), {
        ...before,
        head: raised(head, 4n),
        events: before?.events.filter(({ ordinal }) => ordinal > 4n),
      });
      same(await storage.events(SESSION, { after: 3n, limit: 10 }), "gone");
      same(await storage.command(SESSION, "c1"), aCommand("c1"));
    },
  },
  {
    id: "S-64",
    title: "H57 the base comes back as it was given, and a later one takes its place",
    needs: "retention",
    async run(_, storage) {
      same(await storage.base(SESSION), null);
      const head = await tenEvents(storage);
      same(await storage.base(SESSION), null);
      await truncate(storage, raised(head, 4n));
      same(await baseOf(storage), { floor: 4n, entities: sorted(BASE) });
      const later = { session: SESSION, expect: "r2", head: raised(head, 9n, "r3"), base: [anEntity("other")] };
      same(await storage.truncate(later), { status: "committed" });
      same(await baseOf(storage), { floor: 9n, entities: [anEntity("other")] });
    },
  },
  {
    id: "S-65",
    title: "truncate at another revision, or of no log, conflicts and changes nothing",
    needs: "retention",
    async run(_, storage) {
      same(await truncate(storage, raised(commitAfter(null, "r1").head, 4n)), { status: "conflict", head: null });
      same(await storage.load(SESSION), null);
      await tenEvents(storage);
      const { head } = await append(storage, "r1b");
      const before = await contents(storage);
      same(await truncate(storage, raised(head, 4n)), { status: "conflict", head });
      same(await contents(storage), before);
      same(await storage.base(SESSION), null);
    },
  },
  {
    id: "S-66",
    title: "commits go on from a truncated head, and leave its base alone",
    needs: "retention",
    async run(_, storage) {
      const head = await tenEvents(storage);
      await truncate(storage, raised(head, 10n));
      const replace = { put: [anEntity("x")], forget: [], replace: true } as const;
      const next = await append(storage, "r3", { events: 2, entities: replace });
      same((await contents(storage))?.events, next.events);
      same(await baseOf(storage), { floor: 10n, entities: sorted(BASE) });
    },
  },
  {
    id: "S-67",
    title: "no reader sees a floor without its base, or a base without its floor",
    needs: "retention",
    async run(_, storage) {
      let head = await tenEvents(storage);
      const work = async () => {
        for (let floor = 1n; floor <= 9n; floor += 1n) {
          const expect = head.revision;
          head = raised(head, floor, `r-${floor}`);
          await storage.truncate({ session: SESSION, expect, head, base: [anEntity(`base-${floor}`)] });
        }
      };
      await observing(work(), async () => {
        const before = (await loaded(storage)).head.floor;
        const base = await storage.base(SESSION);
        if (before > 0n && base === null) throw new Error(`The floor ${before} has no base`);
        if (base !== null) same(base.entities, [anEntity(`base-${base.floor}`)]);
      });
    },
  },
  {
    id: "S-68",
    title: "the base goes with its session, and is no other's",
    needs: "retention",
    async run(_, storage) {
      const other = { tenant: "globex", session: SESSION.session };
      const head = await tenEvents(storage);
      await tenEvents(storage, other);
      await truncate(storage, raised(head, 4n));
      same(await storage.base(other), null);
      await storage.remove(SESSION);
      await tenEvents(storage);
      same(await storage.base(SESSION), null);
    },
  },
  {
    id: "S-69",
    title: "sessions lists each log once, in pages",
    needs: "retention",
    async run(_, storage) {
      same(await storage.sessions({ after: null, limit: 10 }), []);
      const made: SessionKey[] = ["b", "a", "A", "ä", "c"].flatMap((session) => [
        { tenant: "acme", session },
        { tenant: "globex", session },
      ]);
      for (const session of made) await append(storage, "r1", {}, session);
      const listed: SessionKey[] = [];
      for (;;) {
        const page = await storage.sessions({ after: listed.at(-1) ?? null, limit: 3 });
        if (page.length === 0) break;
        listed.push(...page);
      }
      const names = (keys: readonly SessionKey[]) => keys.map(({ tenant, session }) => `${tenant}/${session}`).sort();
      same(names(listed), names(made));
    },
  },
];
