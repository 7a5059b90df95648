import assert from "node:assert/strict";
import type { SessionKey } from "../../../storage/contract.ts";
import { append, committed, contents, same } from "../check.ts";
import { aCommand, aHead, anEntity, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const everything = (name: string) => ({
  events: 3,
  command: aCommand(name),
  entities: { put: [anEntity(name)], forget: [] },
});

export const endingCases: readonly StorageCase[] = [
  {
    id: "S-38",
    title: "after remove another log begins, with nothing of the old",
    async run(storage) {
      await append(storage, "r1", everything("old"));
      await storage.remove(SESSION);
      same(await storage.load(SESSION), null);
      same(await storage.events(SESSION, { after: 0n, limit: 10 }), []);
      same(await storage.command(SESSION, "old"), null);

      const head = aHead({ revision: "r2", epoch: "epoch-2" });
      await committed(storage, { ...commitAfter(null, "r2", { command: aCommand("new") }), head });
      same(await contents(storage), { head, entities: [], events: [] });
      same(await storage.command(SESSION, "old"), null);
    },
  },
  {
    id: "S-39",
    title: "remove leaves every other session alone",
    async run(storage) {
      const others: SessionKey[] = [
        { tenant: SESSION.tenant, session: "session-2" },
        { tenant: "globex", session: SESSION.session },
      ];
      await append(storage, "r0", everything("a"));
      for (const other of others) await append(storage, "r1", everything("a"), other);
      const before = await Promise.all(others.map((other) => contents(storage, other)));
      await storage.remove({ tenant: "nobody", session: "nothing" });
      await storage.remove(SESSION);
      await storage.remove(SESSION);
      same(await Promise.all(others.map((other) => contents(storage, other))), before);
      for (const other of others) same(await storage.command(other, "a"), aCommand("a"));
    },
  },
  {
    id: "S-40",
    title: "H49 close waits for what was begun, then refuses, and may be called again",
    async run(storage) {
      const begun = Array.from({ length: 20 }, (_, index) =>
        storage.commit(commitAfter(null, "r1", { events: 1 }, { tenant: "acme", session: `s${index}` })),
      );
      await storage.close();
      for (const result of await Promise.all(begun)) same(result, { status: "committed" });
      const closed: Readonly<Record<string, () => Promise<unknown>>> = {
        load: () => storage.load(SESSION),
        events: () => storage.events(SESSION, { after: 0n, limit: 1 }),
        command: () => storage.command(SESSION, "c1"),
        commit: () => storage.commit(commitAfter(null, "r1")),
        remove: () => storage.remove(SESSION),
      };
      for (const [name, call] of Object.entries(closed)) {
        await assert.rejects(call, `after close, ${name} should reject instead of answering`);
      }
      await storage.close();
    },
  },
];
