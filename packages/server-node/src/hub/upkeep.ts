/**
 * Owns what a hub does for sessions that others work on too: it follows their commits, soon by the doorbell and surely
 * by a poll, and takes up work whose process died. A session that fails harms none of the others.
 */
import type { Lease, SessionKey } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import { HeldLease } from "./held-lease.ts";
import { jittered } from "./jitter.ts";
import type { Lane } from "./lane.ts";
import type { SessionTable } from "./session-table.ts";
import type { Sharing } from "./sharing.ts";

/** Heads asked for in one read. */
const HEADS_AT_ONCE = 500;
/** Leases looked at in one sweep: the longest expired first, so that none waits for ever. */
const LEASES_AT_ONCE = 100;

export class Upkeep {
  readonly #core: HubCore;
  readonly #sharing: Sharing;
  readonly #table: SessionTable;
  readonly #timers = new Map<"heal" | "sweep", () => void>();
  #state: "working" | "leaving" | "stopped" = "working";

  constructor(core: HubCore, sharing: Sharing, table: SessionTable) {
    this.#core = core;
    this.#sharing = sharing;
    this.#table = table;
  }

  start(): void {
    this.#sharing.bell?.start({
      onHead: (session, epoch, ordinal) => this.#hearHead(session, epoch, ordinal),
      onEphemeral: (session, key, payload, ttlMs) => this.#table.find(session)?.fanOut.ephemeral(key, payload, ttlMs),
      heal: () => void this.#heal(),
    });
    this.#later("heal", jittered(this.#core.limits.healMs, this.#core.platform), () => this.#healAgain());
    // What a crash left behind is not left until somebody asks for it.
    this.#later("sweep", 0, () => this.#sweepAgain());
  }

  /** Takes up nothing more; still follows, so that a stop is heard by what still runs. */
  leave(): void {
    if (this.#state === "working") this.#state = "leaving";
  }

  stop(): void {
    this.#state = "stopped";
    for (const cancel of this.#timers.values()) cancel();
    this.#sharing.bell?.stop();
  }

  #later(what: "heal" | "sweep", delayMs: number, work: () => Promise<void>): void {
    if (this.#state === "stopped") return;
    this.#timers.set(
      what,
      this.#core.platform.setTimer(delayMs, () => void work()),
    );
  }

  /** Rings come twice and in any order: only one that is ahead of the view means something. */
  #hearHead(session: SessionKey, epoch: string, ordinal: bigint): void {
    const lane = this.#table.find(session);
    if (lane === undefined) return;
    const isKnown = lane.isLoaded && lane.state.view.epoch === epoch && ordinal <= lane.state.view.ordinal;
    if (!isKnown) lane.follow();
  }

  async #healAgain(): Promise<void> {
    await this.#heal();
    this.#later("heal", jittered(this.#core.limits.healMs, this.#core.platform), () => this.#healAgain());
  }

  async #heal(): Promise<void> {
    const followed = this.#table.lanes().filter((lane) => lane.isLoaded && lane.isFollowed);
    for (let from = 0; from < followed.length; from += HEADS_AT_ONCE) {
      await this.#compareHeads(followed.slice(from, from + HEADS_AT_ONCE));
    }
  }

  async #compareHeads(lanes: readonly Lane[]): Promise<void> {
    try {
      const heads = await this.#sharing.storage.heads(lanes.map(({ session }) => session));
      for (const [index, lane] of lanes.entries()) {
        if ((heads[index]?.revision ?? null) !== (lane.state.stored?.revision ?? null)) lane.follow();
      }
    } catch (error) {
      this.#report(error, "heads");
    }
  }

  async #sweepAgain(): Promise<void> {
    await this.#sweep();
    this.#later("sweep", jittered(this.#core.limits.leaseSweepMs, this.#core.platform), () => this.#sweepAgain());
  }

  async #sweep(): Promise<void> {
    if (this.#state !== "working") return;
    try {
      const expired = await this.#sharing.storage.expiredLeases(LEASES_AT_ONCE);
      // Once it leaves, what it took would wait for its lease.
      if (this.#state === "working") for (const lease of expired) void this.#takeOver(lease);
    } catch (error) {
      this.#report(error, "expired leases");
    }
  }

  /** Taken before the session is loaded: of many hubs that see it one does the work. Failing, it waits for the lease. */
  async #takeOver(lease: Lease): Promise<void> {
    const { session, name } = lease;
    const lane = this.#table.peek(session);
    if (lane !== null) {
      lane.due.pickUp(name);
      return;
    }
    const held = await HeldLease.take(this.#core, this.#sharing, { session, name });
    if (held === null) return;
    try {
      await this.#table.withLane(session, async (lane) => {
        await lane.ready();
        lane.due.adopt(name, held);
      });
    } catch (error) {
      held.keep();
      this.#report(error, `lease "${name}"`, session);
    }
  }

  #report(error: unknown, subject: string, session?: SessionKey): void {
    this.#core.errors.report({ kind: "storage", error, subject, ...(session && { session }) });
  }
}
