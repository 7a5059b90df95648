import assert from "node:assert/strict";
import { append, same } from "../check.ts";
import { assertCounted, writeCounting } from "../counting-writer.ts";
import { commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const FIFTY = Array.from({ length: 50 }, (_, index) => index);

export const concurrencyCases: readonly StorageCase[] = [
  {
    id: "S-35",
    title: "H61 fifty concurrent commits on one revision: exactly one is committed",
    async run(storage) {
      const { head } = await append(storage, "r1", { events: 1 });
      const results = await Promise.all(
        FIFTY.map((n) => storage.commit(commitAfter(head, `attempt-${n}`, { events: 1 }))),
      );
      const winner = results.findIndex((result) => result.status === "committed");
      for (const [index, result] of results.entries()) {
        if (index === winner) continue;
        assert.equal(result.status, "conflict");
        if (result.status === "conflict") same(result.head?.revision, `attempt-${winner}`);
      }
    },
  },
  {
    id: "S-36",
    title: "H12 fifty writers that try again: every event once, ordinals dense",
    async run(storage) {
      await Promise.all(FIFTY.map((n) => writeCounting(storage, { session: SESSION, writer: `w${n}`, count: 4 })));
      assert.equal((await assertCounted(storage, SESSION)).length, 200);
    },
  },
  {
    id: "S-37",
    title: "H47 fifty sessions in parallel keep to themselves",
    async run(storage) {
      const job = (n: number) => ({ session: { tenant: "acme", session: `s${n}` }, writer: `w${n}`, count: 10 });
      await Promise.all(FIFTY.map((n) => writeCounting(storage, job(n))));
      for (const n of FIFTY) {
        const ids = await assertCounted(storage, job(n).session);
        same(
          ids,
          Array.from({ length: 10 }, (_, index) => `w${n}-${index}`),
        );
      }
    },
  },
];
