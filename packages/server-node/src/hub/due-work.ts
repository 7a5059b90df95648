/**
 * Owns which of the work that a view calls for is started here: each piece once at a time, and on shared storage in one
 * process only, the one that holds its lease. What it does while it runs is effects-runner.ts.
 */
import type { DueEffect } from "../effect/effect.ts";
import type { SessionView } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import { dueEffects } from "./due-effects.ts";
import type { EffectsRunner } from "./effects-runner.ts";
import { HeldLease } from "./held-lease.ts";

export interface DueWorkHost {
  readonly core: HubCore;
  readonly session: SessionKey;
  readonly effects: EffectsRunner;
  view(): SessionView;
  /** The view becomes as new as the storage. */
  catchUp(): Promise<void>;
}

export class DueWork {
  readonly #host: DueWorkHost;
  /** Running, or about to. */
  readonly #keys = new Set<string>();
  /** Called for from a later time on: their leases end then, and whoever sweeps them up does the work. */
  readonly #resting = new Set<string>();
  readonly #pending = new Set<Promise<void>>();
  /** Called for from a later time on, and nobody's but this process's to start, which is alone. */
  #waiting = 0;

  constructor(host: DueWorkHost) {
    this.#host = host;
  }

  /** What is under way, and what would be forgotten if the session left memory. */
  get size(): number {
    return this.#pending.size + this.#waiting;
  }

  /** @returns what was started, or will be if no other process does it. */
  start(): readonly DueEffect[] {
    return this.#start(() => true);
  }

  /**
   * Another process's commits, or time, changed what the view calls for. Work for one process is then for them to
   * start; if they die before they do, it is swept up.
   */
  startHere(): readonly DueEffect[] {
    return this.#start((effect) => !this.#isLeased(effect));
  }

  /**
   * Takes up work that was left behind, if no other process does. Not its own: of two leases of one process the later
   * one ends the other.
   */
  pickUp(key: string): void {
    if (this.#keys.has(key)) return;
    this.#resting.delete(key);
    this.#keys.add(key);
    this.#track(this.#takeAndRun(key));
  }

  /** The same, with the lease in hand; gives it back if nothing calls for the work any more. */
  adopt(key: string, lease: HeldLease): void {
    if (this.#keys.has(key)) {
      // Loading the session has started it, under a lease of its own.
      lease.keep();
      return;
    }
    this.#resting.delete(key);
    this.#keys.add(key);
    this.#track(this.#runLeased(key, lease));
  }

  /** Resolves when everything started has ended and its leases are given back. */
  async ended(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  #start(isWanted: (effect: DueEffect) => boolean): readonly DueEffect[] {
    if (this.#host.core.phase.current !== "open") return [];
    const started: DueEffect[] = [];
    const due = this.#due();
    const isAlone = this.#host.core.sharing === null;
    this.#waiting = isAlone ? due.filter((effect) => this.#isEarly(effect)).length : 0;
    for (const key of this.#resting) if (due.every((effect) => effect.key !== key)) this.#resting.delete(key);
    for (const effect of due) {
      if (this.#keys.has(effect.key) || this.#resting.has(effect.key) || !isWanted(effect)) continue;
      const [isLeased, isEarly] = [this.#isLeased(effect), this.#isEarly(effect)];
      // Without a lease the sweep that follows its time starts it, or the load.
      if (isEarly && !isLeased) continue;
      this.#keys.add(effect.key);
      if (!isEarly) started.push(effect);
      this.#track(isLeased ? this.#takeAndRun(effect.key) : this.#run(effect, null));
    }
    return started;
  }

  #due(): readonly DueEffect[] {
    const { core, session } = this.#host;
    return dueEffects(core.registry, this.#host.view(), (error, module) =>
      core.errors.report({ kind: "effect", error, subject: `due of ${module}`, session }),
    );
  }

  #find(key: string): DueEffect | undefined {
    return this.#due().find((effect) => effect.key === key);
  }

  #isEarly({ notBefore = 0 }: DueEffect): boolean {
    return notBefore > this.#host.core.platform.now();
  }

  #isLeased({ runsIn }: DueEffect): boolean {
    return this.#host.core.sharing !== null && runsIn !== "every-process";
  }

  async #takeAndRun(key: string): Promise<void> {
    const { core, session } = this.#host;
    const lease = core.sharing && (await HeldLease.take(core, core.sharing, { session, name: key }));
    if (lease === null) this.#keys.delete(key);
    else await this.#runLeased(key, lease);
  }

  /** With the lease in hand it is asked again whether it is called for: it may have been done meanwhile, elsewhere. */
  async #runLeased(key: string, lease: HeldLease): Promise<void> {
    const { core, session } = this.#host;
    try {
      await this.#host.catchUp();
    } catch (error) {
      core.errors.report({ kind: "storage", error, subject: `lease "${key}"`, session });
      lease.keep();
      this.#keys.delete(key);
      return;
    }
    const mayRun = core.phase.current === "open" && !lease.lost.aborted;
    const effect = mayRun ? this.#find(key) : undefined;
    if (effect === undefined) await this.#settle(key, lease);
    else if (this.#isEarly(effect)) await this.#rest(effect, lease);
    else await this.#run(effect, lease);
  }

  async #rest({ key, notBefore = 0 }: DueEffect, lease: HeldLease): Promise<void> {
    this.#resting.add(key);
    this.#keys.delete(key);
    await lease.rest(notBefore - this.#host.core.platform.now());
  }

  async #run(effect: DueEffect, lease: HeldLease | null): Promise<void> {
    await this.#host.effects.run(effect, lease);
    await this.#settle(effect.key, lease);
  }

  async #settle(key: string, lease: HeldLease | null): Promise<void> {
    if (lease === null || this.#find(key) !== undefined) {
      // Still called for: it failed, or this process ends. The lease expires, and the work is swept up.
      lease?.keep();
      this.#keys.delete(key);
      return;
    }
    await lease.release();
    this.#keys.delete(key);
    await this.#lookAgain(key);
  }

  /** What called for the work anew while the lease was held found it taken, and the release has left no trace of that. */
  async #lookAgain(key: string): Promise<void> {
    const { core, session } = this.#host;
    if (core.phase.current !== "open") return;
    try {
      await this.#host.catchUp();
    } catch (error) {
      core.errors.report({ kind: "storage", error, subject: `lease "${key}"`, session });
    }
    this.#start((effect) => effect.key === key);
  }
}
