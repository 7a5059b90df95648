/**
 * Owns what may go wrong between a hub and its storage: slow, stalled, refused, done without an answer, done after the
 * answer, and a conflict nobody caused. What is stored is the real memory storage's business.
 */
import type {
  CommitResult,
  MessageStorageAdapter,
  SessionCommit,
  SessionKey,
  SharedMemory,
} from "@sessionstream/server-node";
import { memoryStorage, type SharedMessageStorage, sharedMemoryStorage } from "@sessionstream/server-node";
import type { Faults } from "../run/faults.ts";
import type { Judge } from "../run/violation.ts";
import type { Clock } from "../time/clock.ts";
import type { Random } from "../time/random.ts";
import type { ProcessLife } from "./process-life.ts";

/** Of all servers. */
export interface WriteCounts {
  removals: number;
}

export interface FaultyStorageOptions {
  readonly memory: SharedMemory;
  /** Several processes use it; else a process's writes end with it. */
  readonly shared: boolean;
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly judge: Judge;
  readonly life: ProcessLife;
  /** A write is in storage. */
  readonly landed: (session: SessionKey) => void;
  /** The database cannot be reached at all. */
  readonly isStorageDown: () => boolean;
  readonly writes: WriteCounts;
}

export function faultyStorage(options: FaultyStorageOptions): MessageStorageAdapter | SharedMessageStorage {
  const { memory, shared, name, clock, random, faults, judge, life, landed, writes, isStorageDown } = options;
  const common = sharedMemoryStorage(memory);
  const inner: MessageStorageAdapter = shared ? common : memoryStorage(memory.contents);

  /** The way to the database or back. */
  function wait(): Promise<void> {
    const stalls = random.chance(faults.rate("storageStalls"));
    const slow = random.chance(faults.rate("storageSlow"));
    const ms = stalls ? random.int(2_000, 15_000) : slow ? random.int(10, 400) : random.int(0, 2);
    return new Promise((resolve) => clock.after(ms, resolve));
  }

  async function reach(): Promise<void> {
    await life.awake();
    await wait();
    // A storage that is one process's own writes nothing for a dead one.
    if (!shared) await life.awake();
    if (isStorageDown()) throw fail("the database is down");
  }

  function fail(what: string): Error {
    judge.tell(() => `  ${name} storage: ${what}`);
    return new Error(`storage: ${what}`);
  }

  async function read<Result>(call: () => Promise<Result>): Promise<Result> {
    await reach();
    const result = await call();
    await wait();
    await life.awake();
    if (random.chance(faults.rate("readFails"))) throw fail("a read failed");
    return result;
  }

  async function store(commit: SessionCommit): Promise<CommitResult> {
    const { fence } = commit;
    const isFenced = shared && fence !== undefined && !memory.leases.isCurrent(commit.session, fence);
    const result = await inner.commit(commit);
    if (isFenced && result.status === "committed") {
      judge.violate("F-R5", `${name} stored under a lease that has become another's`);
    }
    landed(commit.session);
    judge.tell(() => {
      const { head, events, command, entities } = commit;
      const parts = [`${events.length} events`, ...(command === undefined ? [] : [`command ${command.id}`])];
      if (entities !== undefined) parts.push(`${entities.put.length} entities`);
      const names = events.map((event) => event.name).join(" ");
      return `  ${name} commit ${commit.session.tenant}/${commit.session.session} → ${head.ordinal} (${parts.join(", ")}): ${result.status} ${names}`;
    });
    return result;
  }

  const storage: MessageStorageAdapter = {
    capabilities: inner.capabilities,
    load: (session) => read(() => inner.load(session)),
    events: (session, query) => read(() => inner.events(session, query)),
    command: (session, id) => read(() => inner.command(session, id)),
    async commit(commit) {
      await reach();
      if (random.chance(faults.rate("commitNotDone"))) throw fail("a commit failed");
      if (random.chance(faults.rate("conflict"))) {
        const loaded = await inner.load(commit.session);
        await life.awake();
        judge.tell(() => `  ${name} storage: a conflict for nothing`);
        return { status: "conflict", head: loaded?.head ?? null };
      }
      if (random.chance(faults.rate("commitLate"))) {
        const before = writes.removals;
        // Late for a removed session, it would begin it anew: no contract without a memory of removals can tell.
        clock.after(random.int(1, 5_000), () => {
          if (writes.removals === before && (shared || life.isAlive)) void store(commit);
        });
        throw fail("a commit is late");
      }
      const result = await store(commit);
      await wait();
      await life.awake();
      if (random.chance(faults.rate("commitUnanswered"))) throw fail("a commit was not answered");
      return result;
    },
    async remove(session) {
      await reach();
      if (random.chance(faults.rate("commitNotDone"))) throw fail("a removal failed");
      await inner.remove(session);
      writes.removals += 1;
      landed(session);
      await life.awake();
      if (random.chance(faults.rate("commitUnanswered"))) throw fail("a removal was not answered");
    },
    // It outlives the hub.
    close: async () => undefined,
  };
  if (!shared) return storage;
  return {
    ...storage,
    capabilities: common.capabilities,
    heads: (sessions) => read(() => common.heads(sessions)),
    lease: (key, request) => read(() => common.lease(key, request)),
    renew: (lease, ttlMs) => read(() => common.renew(lease, ttlMs)),
    release: (lease) => read(() => common.release(lease)),
    expiredLeases: (limit) => read(() => common.expiredLeases(limit)),
  };
}
