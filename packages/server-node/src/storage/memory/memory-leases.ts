/**
 * Owns the leases of a shared memory: who holds what until when, by one clock, under tokens that only grow. Knows no
 * logs.
 */
import type { Lease, LeaseKey, SessionKey } from "../contract.ts";

interface HeldLease extends Lease {
  /** `""`: nobody's. */
  readonly holder: string;
  readonly expiresAt: number;
}

export class MemoryLeases {
  readonly #now: () => number;
  readonly #leases = new Map<string, HeldLease>();
  #lastToken = 0n;

  constructor(now: () => number) {
    this.#now = now;
  }

  take(key: LeaseKey, { holder, ttlMs }: { readonly holder: string; readonly ttlMs: number }): Lease | null {
    const held = this.#leases.get(nameOf(key));
    if (held !== undefined && held.holder !== holder && !this.#isExpired(held)) return null;
    return this.#set(key, holder, ttlMs);
  }

  renew(lease: Lease, ttlMs: number): boolean {
    const held = this.#leases.get(nameOf(lease));
    if (held?.token !== lease.token) return false;
    this.#leases.set(nameOf(lease), { ...held, expiresAt: this.#now() + ttlMs });
    return true;
  }

  release(lease: Lease): void {
    if (this.#leases.get(nameOf(lease))?.token === lease.token) this.#leases.delete(nameOf(lease));
  }

  expired(limit: number): readonly Lease[] {
    return [...this.#leases.values()]
      .filter((lease) => this.#isExpired(lease))
      .sort((a, b) => a.expiresAt - b.expiresAt)
      .slice(0, limit)
      .map(({ session, name, token }) => ({ session, name, token }));
  }

  isCurrent(session: SessionKey, token: bigint): boolean {
    return this.#of(session).some((lease) => lease.token === token);
  }

  /** Expired from the start, so that a sweeper finds them. */
  createMissing(session: SessionKey, names: readonly string[]): void {
    for (const name of names) if (!this.#leases.has(nameOf({ session, name }))) this.#set({ session, name }, "", 0);
  }

  forget(session: SessionKey): void {
    for (const lease of this.#of(session)) this.#leases.delete(nameOf(lease));
  }

  #set({ session, name }: LeaseKey, holder: string, ttlMs: number): Lease {
    this.#lastToken += 1n;
    const lease = { session: { ...session }, name, token: this.#lastToken };
    this.#leases.set(nameOf(lease), { ...lease, holder, expiresAt: this.#now() + ttlMs });
    return lease;
  }

  #of({ tenant, session }: SessionKey): readonly HeldLease[] {
    return [...this.#leases.values()].filter(
      (lease) => lease.session.tenant === tenant && lease.session.session === session,
    );
  }

  #isExpired({ expiresAt }: HeldLease): boolean {
    return expiresAt <= this.#now();
  }
}

function nameOf({ session, name }: LeaseKey): string {
  return JSON.stringify([session.tenant, session.session, name]);
}
