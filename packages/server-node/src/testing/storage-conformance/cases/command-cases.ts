import assert from "node:assert/strict";
import { append, committed, contents, same } from "../check.ts";
import { aCommand, anEntity, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

export const commandCases: readonly StorageCase[] = [
  {
    id: "S-21",
    title: "a command is found by its id",
    async run(storage) {
      const command = aCommand("c1", { scope: "grace", fingerprint: "sha256:0123", outcome: '{"runId":"r"}' });
      await append(storage, "r1", { events: 1, command });
      same(await storage.command(SESSION, "c1"), command);
      same(await storage.command(SESSION, "c2"), null);
    },
  },
  {
    id: "S-22",
    title: "H23 a known command makes a duplicate and writes nothing",
    async run(storage) {
      const { head } = await append(storage, "r1", { events: 1, command: aCommand("c1") });
      const before = await contents(storage);
      const again = commitAfter(head, "r2", {
        events: 2,
        command: aCommand("c1"),
        entities: { put: [anEntity("a")], forget: [] },
      });
      same(await storage.commit(again), { status: "duplicate", command: aCommand("c1") });
      same(await contents(storage), before);
    },
  },
  {
    id: "S-23",
    title: "duplicate is tested before conflict",
    async run(storage) {
      const first = await append(storage, "r1", { events: 1, command: aCommand("c1") });
      await append(storage, "r2", { events: 1 });
      const duplicate = { status: "duplicate", command: aCommand("c1") };
      same(await storage.commit(commitAfter(first.head, "r3", { events: 1, command: aCommand("c1") })), duplicate);
      same(await storage.commit(commitAfter(null, "r3", { events: 1, command: aCommand("c1") })), duplicate);
      same(await storage.commit(first), duplicate);
    },
  },
  {
    id: "S-24",
    title: "the id alone makes a duplicate, whatever scope and fingerprint say",
    async run(storage) {
      const { head } = await append(storage, "r1", { command: aCommand("c1") });
      const other = aCommand("c1", { scope: "mallory", fingerprint: "another", outcome: "{}" });
      same(await storage.commit(commitAfter(head, "r2", { command: other })), {
        status: "duplicate",
        command: aCommand("c1"),
      });
      same(await storage.command(SESSION, "c1"), aCommand("c1"));
    },
  },
  {
    id: "S-25",
    title: "a conflict stores no command",
    async run(storage) {
      const { head } = await append(storage, "r1", { events: 1 });
      const stale = { ...commitAfter(head, "r2", { command: aCommand("c1") }), expect: "r0" };
      same(await storage.commit(stale), { status: "conflict", head });
      await committed(storage, { ...stale, expect: "r1" });
    },
  },
  {
    id: "S-26",
    title: "a command without events or entities is kept",
    async run(storage) {
      await append(storage, "r1", { command: aCommand("first of all") });
      const { head } = await append(storage, "r2", { command: aCommand("c2") });
      same(await storage.command(SESSION, "first of all"), aCommand("first of all"));
      const again = await storage.commit(commitAfter(head, "r3", { command: aCommand("c2") }));
      same(again, { status: "duplicate", command: aCommand("c2") });
    },
  },
  {
    id: "S-27",
    title: "fifty concurrent commits of one command: one is committed, the others are its duplicates",
    async run(storage) {
      const { head } = await append(storage, "r1", { events: 1 });
      const attempts = Array.from({ length: 50 }, (_, index) =>
        storage.commit(commitAfter(head, `attempt-${index}`, { events: 1, command: aCommand("c1") })),
      );
      const results = await Promise.all(attempts);
      assert.equal(results.filter((result) => result.status === "committed").length, 1);
      for (const result of results) {
        if (result.status !== "committed") same(result, { status: "duplicate", command: aCommand("c1") });
      }
    },
  },
  {
    id: "S-28",
    title: "F-D13 commands outlive checkpoints, replacement and a raised floor",
    async run(storage) {
      await append(storage, "r1", { events: 5, command: aCommand("c1") });
      await append(storage, "r2", { head: { projected: 5n }, entities: { put: [anEntity("a")], forget: [] } });
      await append(storage, "r3", { entities: { put: [], forget: [], replace: true } });
      const { head } = await append(storage, "r4", { head: { floor: 5n, horizon: 5n } });
      const again = await storage.commit(commitAfter(head, "r5", { command: aCommand("c1") }));
      same(again, { status: "duplicate", command: aCommand("c1") });
    },
  },
];
