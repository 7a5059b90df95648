/**
 * A platform whose time stands still until a test moves it, and whose ids count up: the same inputs give the same run.
 */
import type { HubPlatform } from "../platform/hub-platform.ts";

export interface ManualPlatformOptions {
  /** Default: 2026-01-01T00:00:00Z. */
  readonly start?: number;
  /** Keeps the ids of several platforms in one test apart. */
  readonly idPrefix?: string;
}

export interface ManualPlatform extends HubPlatform {
  /** Moves the clock forward, calling back each timer at its time and letting promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Lets everything that needs no time come to rest. */
  settle(): Promise<void>;
  /** Sets the clock, backwards too, without calling any timer. */
  setNow(at: number): void;
  readonly pendingTimers: number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export function manualPlatform(options: ManualPlatformOptions = {}): ManualPlatform {
  const { start = Date.UTC(2026, 0, 1), idPrefix = "id" } = options;
  /** By time; those of one time in the order they were set. */
  const timers: Timer[] = [];
  let now = start;
  let minted = 0;

  /** Index of the first timer after all that are due at `at`. */
  function indexAfter(at: number): number {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((timers[middle]?.at ?? at) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function forget(timer: Timer): void {
    const index = timers.lastIndexOf(timer, indexAfter(timer.at));
    if (index !== -1) timers.splice(index, 1);
  }

  /** A turn of the real event loop: promise chains of any length run dry before it comes. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    now: () => now,
    setTimer(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.splice(indexAfter(timer.at), 0, timer);
      return () => forget(timer);
    },
    randomId() {
      minted += 1;
      return `${idPrefix}-${String(minted).padStart(6, "0")}`;
    },
    defer: (callback) => queueMicrotask(callback),
    yield: () => Promise.resolve(),
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let [timer] = timers; timer !== undefined && timer.at <= until; [timer] = timers) {
        timers.shift();
        now = Math.max(now, timer.at);
        timer.callback();
        await settle();
      }
      now = until;
    },
    settle,
    setNow(at) {
      now = at;
    },
    get pendingTimers() {
      return timers.length;
    },
  };
}
