/** Owns the informative part of the exam: how long the calls take, in one store, one after the other. Asserts nothing. */
import assert from "node:assert/strict";
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import type { OpenStore, StorageHarness } from "./harness.ts";
import { anEntity, commitAfter, SESSION } from "./records.ts";

export interface StorageConformanceOptions {
  /** Prints how long commits and reads take, after the cases. Nothing is asserted. Default `false`. */
  readonly timings?: boolean;
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** Milliseconds. */
export interface StorageTimings {
  /** Of one event; every tenth with an entity. */
  readonly commit: Quantiles;
  /** Of a hundred entities. */
  readonly load: Quantiles;
  /** A hundred at a time. */
  readonly events: Quantiles;
}

const COMMITS = 500;
const READS = 200;
const PAGE = 100;

export async function measureStorage<Store extends OpenStore>(
  harness: Pick<StorageHarness<Store>, "open">,
  now: () => number = () => performance.now(),
): Promise<StorageTimings> {
  const store = await harness.open();
  const measure = (count: number, call: (n: number) => Promise<void>) => quantilesOf(count, call, now);
  try {
    return {
      commit: await measure(COMMITS, committing(store.storage)),
      load: await measure(READS, async () => {
        assert.equal((await store.storage.load(SESSION))?.entities.length, PAGE);
      }),
      events: await measure(READS, async (n) => {
        const after = BigInt((n * PAGE) % COMMITS);
        assert.equal((await store.storage.events(SESSION, { after, limit: PAGE })).length, PAGE);
      }),
    };
  } finally {
    await store.dispose();
  }
}

export function timingReport(name: string, { commit, load, events }: StorageTimings): string {
  const both = ({ p50, p99 }: Quantiles) => `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
  return `${name}: commit ${both(commit)}; load ${both(load)}; ${PAGE} events ${both(events)}`;
}

function committing(storage: MessageStorageAdapter): (n: number) => Promise<void> {
  let head = commitAfter(null, "r").head;
  const first = Array.from({ length: PAGE }, (_, index) => anEntity(`${index}`));
  return async (n) => {
    const put = n === 0 ? first : n % 10 === 0 ? [anEntity("0")] : [];
    const parts = { events: 1, ...(put.length > 0 && { entities: { put, forget: [] } }) };
    const commit = commitAfter(n === 0 ? null : head, `r${n}`, parts);
    assert.equal((await storage.commit(commit)).status, "committed");
    head = commit.head;
  };
}

async function quantilesOf(count: number, call: (n: number) => Promise<void>, now: () => number): Promise<Quantiles> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const start = now();
    await call(n);
    times.push(now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(share * count) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
