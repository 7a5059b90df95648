/** Owns how cases of shared storage look at leases. Times are the store's, so what expires is waited for. */
import assert from "node:assert/strict";
import type { Lease, LeaseKey, SharedMessageStorage } from "../../storage/contract.ts";
import { same } from "./check.ts";
import { SESSION } from "./records.ts";

/** Longer than any case takes. */
export const LONG_MS = 600_000;
const EXPIRES_WITHIN_MS = 10_000;

export const WORK: LeaseKey = { session: SESSION, name: "work" };

export async function given(
  storage: SharedMessageStorage,
  holder: string,
  key: LeaseKey = WORK,
  ttlMs = LONG_MS,
): Promise<Lease> {
  const lease = await storage.lease(key, { holder, ttlMs });
  assert.ok(lease !== null, `${holder} should be given the lease`);
  same(lease, { ...key, token: lease.token });
  return lease;
}

export async function refused(storage: SharedMessageStorage, holder: string, key: LeaseKey = WORK): Promise<void> {
  same(await storage.lease(key, { holder, ttlMs: LONG_MS }), null, `${holder} should not be given the lease`);
}

/** A lease that is over by the time it is returned. */
export async function expiredLease(storage: SharedMessageStorage, holder: string, key = WORK): Promise<Lease> {
  const lease = await given(storage, holder, key, 1);
  const deadline = performance.now() + EXPIRES_WITHIN_MS;
  while (!(await tokensOf(storage)).includes(lease.token)) {
    assert.ok(performance.now() < deadline, "a lease of a millisecond should expire");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return lease;
}

/** Tokens of the expired leases, as listed. */
export async function tokensOf(storage: SharedMessageStorage, limit = 100): Promise<readonly bigint[]> {
  return (await storage.expiredLeases(limit)).map(({ token }) => token);
}
