/**
 * Owns the right to do a piece of work in this process: taken, prolonged while the work lasts, given back. Whoever lost
 * it is told; what they write meanwhile is fenced by the storage, whatever they believe.
 */
import type { Lease, LeaseKey } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import type { Sharing } from "./sharing.ts";

export class HeldLease {
  readonly #core: HubCore;
  readonly #sharing: Sharing;
  readonly #lease: Lease;
  readonly #lost = new AbortController();
  #cancel: () => void = () => undefined;

  private constructor(core: HubCore, sharing: Sharing, lease: Lease) {
    this.#core = core;
    this.#sharing = sharing;
    this.#lease = lease;
    this.#renewLater();
  }

  /** `null`: it is another's, or the storage did not say. */
  static async take(core: HubCore, sharing: Sharing, key: LeaseKey): Promise<HeldLease | null> {
    try {
      const request = { holder: sharing.hubId, ttlMs: core.limits.leaseMs };
      const lease = await sharing.storage.lease(key, request);
      return lease === null ? null : new HeldLease(core, sharing, lease);
    } catch (error) {
      core.errors.report({ kind: "storage", error, subject: `lease "${key.name}"`, session: key.session });
      return null;
    }
  }

  get token(): bigint {
    return this.#lease.token;
  }

  /** Aborted when the work has become another's. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** A commit was fenced. */
  lose(): void {
    this.keep();
    this.#lost.abort();
  }

  /** Left to expire: the work is not done, and whoever sweeps shall find it. */
  keep(): void {
    this.#cancel();
  }

  /** Nothing is to be done for so long: it ends by itself then, and whoever sweeps finds it. */
  async rest(ms: number): Promise<void> {
    this.keep();
    try {
      await this.#sharing.storage.renew(this.#lease, ms);
    } catch (error) {
      // It ends sooner, and is swept up for nothing.
      this.#report(error);
    }
  }

  async release(): Promise<void> {
    this.keep();
    if (this.#lost.signal.aborted) return;
    try {
      await this.#sharing.storage.release(this.#lease);
    } catch (error) {
      this.#report(error);
    }
  }

  #renewLater(): void {
    const { platform, limits } = this.#core;
    this.#cancel = platform.setTimer(limits.leaseMs / 3, () => void this.#renew());
  }

  /** A storage that does not answer proves nothing: it is asked again. */
  async #renew(): Promise<void> {
    let cancelled = false;
    this.#cancel = () => {
      cancelled = true;
    };
    const isMine = await this.#sharing.storage.renew(this.#lease, this.#core.limits.leaseMs).catch((error: unknown) => {
      this.#report(error);
      return true;
    });
    if (cancelled || this.#core.phase.current === "closed") return;
    if (isMine) this.#renewLater();
    else this.lose();
  }

  #report(error: unknown): void {
    const { session, name } = this.#lease;
    this.#core.errors.report({ kind: "storage", error, subject: `lease "${name}"`, session });
  }
}
