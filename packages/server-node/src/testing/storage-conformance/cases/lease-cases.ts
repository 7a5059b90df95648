import assert from "node:assert/strict";
import type { LeaseKey } from "../../../storage/contract.ts";
import { append, same } from "../check.ts";
import { expiredLease, given, LONG_MS, refused, tokensOf, WORK } from "../lease-checks.ts";
import { SESSION } from "../records.ts";
import type { StorageCase } from "../storage-case.ts";

const OTHERS: readonly LeaseKey[] = [
  { session: SESSION, name: "Work" },
  { session: SESSION, name: "" },
  { session: { ...SESSION, session: "other" }, name: "work" },
  { session: { ...SESSION, tenant: "globex" }, name: "work" },
  { session: { tenant: `${SESSION.tenant}/${SESSION.session}`, session: "" }, name: "work" },
];

export const leaseCases: readonly StorageCase[] = [
  {
    id: "S-49",
    title: "heads come in the order asked, null where there is no log",
    needs: "shared",
    async run(_, { storage }) {
      const sessions = Array.from({ length: 1_000 }, (_, n) => ({ tenant: "acme", session: `s${n}` }));
      const [first, , third] = sessions;
      assert.ok(first !== undefined && third !== undefined);
      const { head: one } = await append(storage, "r1", { events: 1 }, third);
      const { head: two } = await append(storage, "r2", { events: 2 }, first);
      same(
        await storage.heads(sessions),
        sessions.map((_, n) => (n === 0 ? two : n === 2 ? one : null)),
      );
      same(await storage.heads([third, first, third]), [one, two, one]);
      same(await storage.heads([]), []);
      same(await storage.load({ tenant: "acme", session: "s1" }), null);
    },
  },
  {
    id: "S-50",
    title: "F-B7 a lease has one holder, and leases of other names, sessions and tenants are apart",
    needs: "shared",
    async run(_, { storage }) {
      await given(storage, "ada");
      await refused(storage, "ben");
      for (const other of OTHERS) await given(storage, "ben", other);
      for (const other of OTHERS) await refused(storage, "ada", other);
    },
  },
  {
    id: "S-51",
    title: "the holder itself gets another token",
    needs: "shared",
    async run(_, { storage }) {
      const before = await given(storage, "ada");
      const after = await given(storage, "ada");
      assert.ok(after.token > before.token);
      same(await storage.renew(before, LONG_MS), false);
      same(await storage.renew(after, LONG_MS), true);
    },
  },
  {
    id: "S-52",
    title: "tokens only grow, whatever happens between",
    needs: "shared",
    async run(_, { storage, reopen }) {
      const tokens: bigint[] = [];
      const grown = (token: bigint) => {
        assert.ok(token > (tokens.at(-1) ?? 0n), `token ${token} after ${tokens.at(-1)}`);
        tokens.push(token);
      };
      const lease = await given(storage, "ada");
      grown(lease.token);
      await storage.release(lease);
      grown((await expiredLease(storage, "ben")).token);
      grown((await given(storage, "ada")).token);
      for (const other of OTHERS) grown((await given(storage, "ada", other)).token);
      await append(storage, "r1", { events: 1 });
      await storage.remove(SESSION);
      const again = await reopen();
      try {
        grown((await given(again, "ada")).token);
      } finally {
        await again.close();
      }
      grown((await given(storage, "ada")).token);
    },
  },
  {
    id: "S-53",
    title: "fifty ask at once for one lease: one gets it",
    needs: "shared",
    async run(_, { storage, reopen }) {
      const other = await reopen();
      try {
        const holders = Array.from({ length: 50 }, (_, n) => `holder-${n}`);
        const ask = (holder: string, n: number) =>
          (n % 2 === 0 ? storage : other).lease(WORK, { holder, ttlMs: LONG_MS });
        const leases = await Promise.all(holders.map(ask));
        assert.equal(leases.filter((lease) => lease !== null).length, 1);
      } finally {
        await other.close();
      }
    },
  },
  {
    id: "S-54",
    title: "renewing prolongs the current token's lease and no other",
    needs: "shared",
    async run(_, { storage }) {
      const lease = await expiredLease(storage, "ada");
      same(await storage.renew({ ...lease, token: lease.token + 1n }, LONG_MS), false);
      same(await storage.renew({ ...lease, name: "other" }, LONG_MS), false);
      same(await tokensOf(storage), [lease.token]);
      same(await storage.renew(lease, LONG_MS), true);
      same(await tokensOf(storage), []);
      await refused(storage, "ben");
      await storage.release(lease);
      same(await storage.renew(lease, LONG_MS), false);
    },
  },
  {
    id: "S-55",
    title: "a released lease is free and not expired; an old token releases nothing",
    needs: "shared",
    async run(_, { storage }) {
      const first = await given(storage, "ada");
      await storage.release(first);
      same(await tokensOf(storage), []);
      const second = await given(storage, "ben");
      await storage.release(first);
      await refused(storage, "ada");
      await storage.release(second);
      await storage.release(second);
      await given(storage, "ada");
    },
  },
  {
    id: "S-56",
    title: "F-R1 a lease expires by itself, and another instance takes it",
    needs: "shared",
    async run(_, { storage, reopen }) {
      const other = await reopen();
      try {
        const lease = await expiredLease(storage, "ada");
        same(await tokensOf(other), [lease.token]);
        const taken = await given(other, "ben");
        assert.ok(taken.token > lease.token);
        await refused(storage, "ada");
        same(await storage.renew(lease, LONG_MS), false);
        await storage.release(lease);
        await refused(storage, "ada");
      } finally {
        await other.close();
      }
    },
  },
  {
    id: "S-57",
    title: "the expired leases: longest expired first, at most as many as asked for",
    needs: "shared",
    async run(_, { storage }) {
      await given(storage, "ada");
      const expired = [];
      for (const key of OTHERS) expired.push(await expiredLease(storage, "ada", key));
      same(await storage.expiredLeases(100), expired);
      same(await storage.expiredLeases(2), expired.slice(0, 2));
      const [taken, renewed, released, ...rest] = expired;
      assert.ok(taken !== undefined && renewed !== undefined && released !== undefined);
      await given(storage, "ben", taken);
      await storage.renew(renewed, LONG_MS);
      await storage.release(released);
      same(await storage.expiredLeases(100), rest);
    },
  },
];
