import assert from "node:assert/strict";
import type { MessageStorageAdapter, SessionCommit } from "../../../storage/contract.ts";
import { append, committed, contents, loaded, same } from "../check.ts";
import { expiredLease, given, LONG_MS, refused, tokensOf, WORK } from "../lease-checks.ts";
import { aCommand, anEntity, commitAfter, SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const FENCED = { status: "fenced" };

export const sharedCommitCases: readonly StorageCase[] = [
  {
    id: "S-58",
    title: "F-R5 a commit is fenced unless its token is current, and writes nothing",
    needs: "shared",
    async run(storage, shared) {
      const first = await given(shared.storage, "ada");
      const begun = commitAfter(null, "r1", { events: 1, command: aCommand("c1") });
      await committed(storage, { ...begun, fence: first.token });
      const lease = await expiredLease(shared.storage, "ada");
      const { head } = await append(storage, "r2", { entities: { put: [anEntity("a")], forget: [] } });
      await committed(storage, { ...commitAfter(head, "r3", { events: 1 }), fence: lease.token });
      const before = await contents(storage);

      const elsewhere = await given(shared.storage, "ada", { ...WORK, session: { ...SESSION, session: "other" } });
      const last = await given(shared.storage, "ben");
      const refusedTokens = [first.token, lease.token, elsewhere.token, last.token + 100n];
      for (const fence of refusedTokens) {
        const entities = { put: [anEntity("b")], forget: [anEntity("a")] };
        const commit = commitAfter(before?.head ?? null, "r4", { events: 2, command: aCommand("c2"), entities });
        same(await storage.commit({ ...commit, fence }), FENCED);
      }
      same(await contents(storage), before);
      same(await storage.command(SESSION, "c2"), null);

      await shared.storage.release(last);
      same(await storage.commit({ ...commitAfter(before?.head ?? null, "r5"), fence: last.token }), FENCED);
    },
  },
  {
    id: "S-59",
    title: "F-R5 duplicate is tested before fenced, fenced before conflict",
    needs: "shared",
    async run(storage, shared) {
      const command = aCommand("c1");
      const { head } = await append(storage, "r1", { events: 1, command });
      const old = await given(shared.storage, "ada");
      await shared.storage.release(old);
      const known = commitAfter(null, "r2", { events: 1, command });
      same(await storage.commit({ ...known, fence: old.token }), { status: "duplicate", command });
      same(await storage.commit({ ...commitAfter(null, "r3"), fence: old.token }), FENCED);
      const { token } = await given(shared.storage, "ada");
      same(await storage.commit({ ...commitAfter(null, "r4"), fence: token }), { status: "conflict", head });
    },
  },
  {
    id: "S-60",
    title: "F-R1 a commit leaves an expired lease for what became due",
    needs: "shared",
    async run(storage, shared) {
      const held = await given(shared.storage, "ada");
      const due = (commit: SessionCommit, ...names: string[]) => storage.commit({ ...commit, due: names });
      same(await due(commitAfter(null, "r1", { events: 1, command: aCommand("c1") }), "work", "run"), {
        status: "committed",
      });
      const [found, ...more] = await shared.storage.expiredLeases(10);
      same({ found, more }, { found: { session: SESSION, name: "run", token: found?.token }, more: [] });
      assert.ok((found?.token ?? 0n) > held.token);
      same(await shared.storage.renew(held, LONG_MS), true);

      const { head } = await loaded(storage);
      await due(commitAfter(head, "r2"), "run");
      same(await shared.storage.expiredLeases(10), [found]);
      await due(commitAfter(null, "r3"), "conflict");
      await due(commitAfter(head, "r4", { command: aCommand("c1") }), "duplicate");
      await storage.commit({ ...commitAfter(head, "r5"), fence: held.token + 100n, due: ["fenced"] });
      same(await shared.storage.expiredLeases(10), [found]);
      await given(shared.storage, "ben", { session: SESSION, name: "run" });
      same(await tokensOf(shared.storage), []);
    },
  },
  {
    id: "S-61",
    title: "removing a session takes its leases, and no others",
    needs: "shared",
    async run(storage, shared) {
      const other = { ...WORK, session: { ...SESSION, session: "other" } };
      await given(shared.storage, "ada", other);
      const { token } = await given(shared.storage, "ada");
      await storage.commit({ ...commitAfter(null, "r1", { events: 1 }), due: ["run"] });
      await storage.remove(SESSION);
      same(await tokensOf(shared.storage), []);
      same(await storage.commit({ ...commitAfter(null, "r2", { events: 1 }), fence: token }), FENCED);
      await given(shared.storage, "ben");
      await refused(shared.storage, "ben", other);
    },
  },
  {
    id: "S-62",
    title: "F-R5 once a lease is another's, nothing is committed under the token before",
    needs: "shared",
    async run(storage, shared) {
      const other = await shared.reopen();
      try {
        for (let round = 0; round < 20; round += 1) {
          const lease = await given(shared.storage, "ada");
          const writing = writeUnder(storage, lease.token, `round-${round}`);
          await shared.storage.renew(lease, 1);
          let taken = null;
          while (taken === null) taken = await other.lease(WORK, { holder: "ben", ttlMs: LONG_MS });
          const before = await other.load(SESSION);
          await writing;
          same(await other.load(SESSION), before, "nothing came after the lease had been given away");
          await other.release(taken);
        }
      } finally {
        await other.close();
      }
    },
  },
];

/** Commits as fast as it can until it is fenced. */
async function writeUnder(storage: MessageStorageAdapter, fence: bigint, name: string): Promise<void> {
  for (let n = 0; ; n += 1) {
    const found = await storage.load(SESSION);
    const result = await storage.commit({ ...commitAfter(found?.head ?? null, `${name}-${n}`, { events: 1 }), fence });
    if (result.status === "fenced") return;
  }
}
