import assert from "node:assert/strict";
import {
  isRedactable,
  isRetention,
  isShared,
  type MessageStorageAdapter,
  type SessionKey,
} from "../../../storage/contract.ts";
import { append, committed, contents, same } from "../check.ts";
import { aCommand, aHead, anEntity, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const everything = (name: string) => ({
  events: 3,
  command: aCommand(name),
  entities: { put: [anEntity(name)], forget: [] },
});

function everyCall(storage: MessageStorageAdapter): Readonly<Record<string, () => Promise<unknown>>> {
  const { head } = commitAfter(null, "r2");
  const rewriting = { session: SESSION, expect: "r1", head };
  const lease = { session: SESSION, name: "work", token: 1n };
  return {
    load: () => storage.load(SESSION),
    events: () => storage.events(SESSION, { after: 0n, limit: 1 }),
    command: () => storage.command(SESSION, "c1"),
    commit: () => storage.commit(commitAfter(null, "r1")),
    remove: () => storage.remove(SESSION),
    ...(isShared(storage) && {
      heads: () => storage.heads([SESSION]),
      lease: () => storage.lease(lease, { holder: "ada", ttlMs: 1 }),
      renew: () => storage.renew(lease, 1),
      release: () => storage.release(lease),
      expiredLeases: () => storage.expiredLeases(1),
    }),
    ...(isRetention(storage) && {
      base: () => storage.base(SESSION),
      truncate: () => storage.truncate({ ...rewriting, base: [] }),
      sessions: () => storage.sessions({ after: null, limit: 1 }),
    }),
    ...(isRedactable(storage) && {
      redact: () => storage.redact({ ...rewriting, events: [], commands: [], entities: { put: [], forget: [] } }),
    }),
  };
}

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
      for (const [name, call] of Object.entries(everyCall(storage))) {
        await assert.rejects(call, `after close, ${name} should reject instead of answering`);
      }
      await storage.close();
    },
  },
];
