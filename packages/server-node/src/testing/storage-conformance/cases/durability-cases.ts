import assert from "node:assert/strict";
import { append, committed, contents, same } from "../check.ts";
import { assertCounted, writeCounting } from "../counting-writer.ts";
import { aCommand, anEntity, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";
import { StorageChild } from "../storage-child.ts";

export const durabilityCases: readonly StorageCase[] = [
  {
    id: "S-42",
    title: "H53 another instance finds everything",
    needs: "reopen",
    async run(storage, reopen) {
      await append(storage, "r1", {
        events: 3,
        command: aCommand("c1"),
        entities: { put: [anEntity("a")], forget: [] },
      });
      await append(storage, "r2", { entities: { put: [anEntity("b", { removed: true, payload: "" })], forget: [] } });
      const before = await contents(storage);
      await storage.close();
      const again = await reopen();
      try {
        same(await contents(again), before);
        const duplicate = await again.commit(commitAfter(null, "r3", { command: aCommand("c1") }));
        same(duplicate, { status: "duplicate", command: aCommand("c1") });
        await append(again, "r4", { events: 1 });
      } finally {
        await again.close();
      }
    },
  },
  {
    id: "S-43",
    title: "two open instances share one truth",
    needs: "reopen",
    async run(storage, reopen) {
      const other = await reopen();
      try {
        const { head } = await append(storage, "r1", { events: 1, command: aCommand("c1") });
        same(await contents(other), await contents(storage));
        same(await other.command(SESSION, "c1"), aCommand("c1"));
        const next = await committed(other, commitAfter(head, "r2", { events: 1 }));
        same(await storage.commit(commitAfter(head, "r3", { events: 1 })), { status: "conflict", head: next });
        await other.remove(SESSION);
        same(await storage.load(SESSION), null);
      } finally {
        await other.close();
      }
    },
  },
  {
    id: "S-44",
    title: "two processes that write one session: every event once, ordinals dense",
    needs: "process",
    async run(storage, process) {
      const child = new StorageChild(process());
      try {
        await child.write({ session: SESSION, writer: "other", count: 100 });
        await Promise.all([writeCounting(storage, { session: SESSION, writer: "own", count: 100 }), child.done()]);
        assert.equal((await assertCounted(storage, SESSION)).length, 200);
      } finally {
        await child.kill();
      }
    },
  },
  {
    id: "S-45",
    title: "H32 a process killed while it commits loses nothing it acknowledged and leaves nothing torn",
    needs: "process",
    async run(storage, process) {
      for (const [round, acknowledgements] of [1, 7, 40].entries()) {
        const child = new StorageChild(process());
        await child.write({ session: SESSION, writer: `round-${round}`, count: 10_000 });
        await child.acknowledgedAtLeast(acknowledgements);
        await child.kill();
        const ids = new Set(await assertCounted(storage, SESSION));
        assert.deepEqual(
          child.acknowledged.filter((id) => !ids.has(id)),
          [],
        );
      }
      await writeCounting(storage, { session: SESSION, writer: "after", count: 3 });
      await assertCounted(storage, SESSION);
    },
  },
];
