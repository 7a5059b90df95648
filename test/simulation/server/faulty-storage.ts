/**
 * Owns what may go wrong between a hub and its storage: slow, stalled, refused, done without an answer, done after the
 * answer, and a conflict nobody caused. What is stored is the real memory storage's business.
 */
import type { CommitResult, MessageStorageAdapter, SessionCommit, SessionKey } from "@sessionstream/server-node";
import type { Faults } from "../run/faults.ts";
import type { Judge } from "../run/violation.ts";
import type { Clock } from "../time/clock.ts";
import type { Random } from "../time/random.ts";

/** Of all servers. */
export interface WriteCounts {
  removals: number;
  /** Done after their process had ended. */
  orphaned: number;
}

export interface FaultyStorageOptions {
  readonly inner: MessageStorageAdapter;
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly judge: Judge;
  /** A dead process hears no answers and asks nothing any more. */
  readonly isAlive: () => boolean;
  /** A write is in storage. */
  readonly landed: (session: SessionKey) => void;
  /** The database cannot be reached at all. */
  readonly isStorageDown: () => boolean;
  readonly writes: WriteCounts;
}

export function faultyStorage(options: FaultyStorageOptions): MessageStorageAdapter {
  const { inner, name, clock, random, faults, judge, isAlive, landed, writes, isStorageDown } = options;

  /** The way to the database or back. */
  function wait(): Promise<void> {
    const stalls = random.chance(faults.rate("storageStalls"));
    const slow = random.chance(faults.rate("storageSlow"));
    const ms = stalls ? random.int(2_000, 15_000) : slow ? random.int(10, 400) : random.int(0, 2);
    return new Promise((resolve) => clock.after(ms, resolve));
  }

  async function reach(): Promise<void> {
    await untilAlive(isAlive);
    await wait();
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
    await untilAlive(isAlive);
    if (random.chance(faults.rate("readFails"))) throw fail("a read failed");
    return result;
  }

  async function store(commit: SessionCommit): Promise<CommitResult> {
    const result = await inner.commit(commit);
    if (!isAlive()) writes.orphaned += 1;
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

  return {
    capabilities: inner.capabilities,
    load: (session) => read(() => inner.load(session)),
    events: (session, query) => read(() => inner.events(session, query)),
    command: (session, id) => read(() => inner.command(session, id)),
    async commit(commit) {
      await reach();
      if (random.chance(faults.rate("commitNotDone"))) throw fail("a commit failed");
      if (random.chance(faults.rate("conflict"))) {
        const loaded = await inner.load(commit.session);
        await untilAlive(isAlive);
        judge.tell(() => `  ${name} storage: a conflict for nothing`);
        return { status: "conflict", head: loaded?.head ?? null };
      }
      if (random.chance(faults.rate("commitLate"))) {
        const before = writes.removals;
        // Late for a removed session, it would begin it anew: no contract without a memory of removals can tell.
        clock.after(random.int(1, 5_000), () => {
          if (writes.removals === before) void store(commit);
        });
        throw fail("a commit is late");
      }
      const result = await store(commit);
      await wait();
      await untilAlive(isAlive);
      if (random.chance(faults.rate("commitUnanswered"))) throw fail("a commit was not answered");
      return result;
    },
    async remove(session) {
      await reach();
      if (random.chance(faults.rate("commitNotDone"))) throw fail("a removal failed");
      await inner.remove(session);
      writes.removals += 1;
      if (!isAlive()) writes.orphaned += 1;
      landed(session);
      await untilAlive(isAlive);
      if (random.chance(faults.rate("commitUnanswered"))) throw fail("a removal was not answered");
    },
    // It outlives the hub.
    close: async () => undefined,
  };
}

/** Never resolves for a process that is no more: whatever waits in it waits for ever. */
function untilAlive(isAlive: () => boolean): Promise<void> {
  return isAlive() ? Promise.resolve() : new Promise(() => undefined);
}
