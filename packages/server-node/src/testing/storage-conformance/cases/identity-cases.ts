import type { SessionKey } from "../../../storage/contract.ts";
import { append, contents, loaded, same, sorted } from "../check.ts";
import { aCommand, anEntity, anEvent, aPayload, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

/** Pairs that some normalisation, collation, pattern or joining would take for one. */
const CONFUSABLE = [
  "a",
  "A",
  "a ",
  " a",
  "a%",
  "a_",
  "ab",
  "'a'",
  '"a"',
  "a\\",
  "é",
  "e\u0301",
  "ａ",
  "😀",
  "a/b",
  "0",
  "00",
  "null",
];

export const identityCases: readonly StorageCase[] = [
  {
    id: "S-29",
    title: "tenants are apart, and so are names that join to the same text",
    async run(storage) {
      const keys: SessionKey[] = [
        { tenant: "acme", session: "one" },
        { tenant: "globex", session: "one" },
        { tenant: "acme/one", session: "two" },
        { tenant: "acme", session: "one/two" },
        { tenant: "", session: "acme" },
        { tenant: "acme", session: "" },
      ];
      for (const [index, session] of keys.entries()) {
        const entities = { put: [anEntity("a", { payload: aPayload(`${index}`) })], forget: [] };
        await append(
          storage,
          `r${index}`,
          { events: index + 1, command: aCommand("c", { outcome: `${index}` }), entities },
          session,
        );
      }
      for (const [index, session] of keys.entries()) {
        const found = await contents(storage, session);
        same(found?.head.revision, `r${index}`);
        same(found?.events.length, index + 1);
        same(found?.entities, [anEntity("a", { payload: aPayload(`${index}`) })]);
        same((await storage.command(session, "c"))?.outcome, `${index}`);
      }
    },
  },
  {
    id: "S-30",
    title: "a command id is unique within its session only",
    async run(storage) {
      const other = { tenant: SESSION.tenant, session: "session-2" };
      await append(storage, "r1", { command: aCommand("c1") });
      await append(storage, "r1", { command: aCommand("c1", { outcome: "of the other" }) }, other);
      same(await storage.command(SESSION, "c1"), aCommand("c1"));
      same(await storage.command(other, "c1"), aCommand("c1", { outcome: "of the other" }));
    },
  },
  {
    id: "S-31",
    title: "ids come back exactly and are compared exactly",
    async run(storage) {
      const confusable = CONFUSABLE.flatMap((id) => [
        { id, session: { tenant: id, session: "one" } },
        { id, session: { tenant: "acme", session: id } },
      ]);
      for (const { id, session } of confusable) {
        const entities = { put: CONFUSABLE.map((entity) => anEntity(entity, { commandId: id })), forget: [] };
        const event = anEvent(1n, { id, name: id, commandId: id });
        await append(
          storage,
          id,
          { head: { epoch: id, view: id }, events: [event], command: aCommand(id, { scope: id }), entities },
          session,
        );
      }
      for (const { id, session } of confusable) {
        const { head, entities } = await loaded(storage, session);
        same([head.revision, head.epoch, head.view, head.tag], [id, id, id, id]);
        same(sorted(entities), sorted(CONFUSABLE.map((entity) => anEntity(entity, { commandId: id }))));
        same(await storage.events(session, { after: 0n, limit: 9 }), [anEvent(1n, { id, name: id, commandId: id })]);
        same(await storage.command(session, id), aCommand(id, { scope: id }));
        for (const other of CONFUSABLE) if (other !== id) same(await storage.command(session, other), null);
        const folded = await storage.commit({ ...commitAfter(head, "next", {}, session), expect: `${id} ` });
        same(folded, { status: "conflict", head });
      }
    },
  },
];
