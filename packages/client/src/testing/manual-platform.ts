/** A platform whose time, frames, randomness and page state move only when a test says so. */
import type { ClientPlatform } from "../platform/client-platform.ts";

export interface ManualPlatform extends ClientPlatform {
  /** Moves the clock and runs the timers that fall due, in order; a timer set meanwhile runs too if it is due. */
  advance(ms: number): void;
  /** As a laptop that sleeps: the clock moves, timers wait for the next `advance`. */
  sleep(ms: number): void;
  /** Runs the frame callbacks requested so far. */
  runFrames(): void;
  setOnline(online: boolean): void;
  setVisible(visible: boolean): void;
  /** As a page that is left and, maybe, shown again as it was. */
  leavePage(): void;
  returnToPage(): void;
  /** Timers set and not yet run; frames are not counted. */
  readonly timers: number;
}

export interface ManualPlatformOptions {
  /** Milliseconds since the Unix epoch at the start. */
  readonly now?: number;
  readonly random?: () => number;
}

type Lifecycle = Parameters<Parameters<ClientPlatform["onLifecycle"]>[0]>[0];

export function createManualPlatform(options: ManualPlatformOptions = {}): ManualPlatform {
  const startedAt = options.now ?? 1_700_000_000_000;
  const timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>();
  const listeners = new Set<(event: Lifecycle) => void>();
  let frames = new Set<() => void>();
  let elapsed = 0;
  let ids = 0;
  let online = true;
  let visible = true;

  /** Of two timers due at one time the older one. */
  function nextDue(until: number) {
    let next: { readonly dueAt: number; readonly callback: () => void } | undefined;
    for (const timer of timers) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }

  function announce(event: Lifecycle): void {
    for (const listener of [...listeners]) listener(event);
  }

  return {
    now: () => startedAt + elapsed,
    monotonic: () => elapsed,
    setTimer(delayMs, callback) {
      const timer = { dueAt: elapsed + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    random: options.random ?? (() => 0.5),
    randomId() {
      ids += 1;
      return `id-${ids}`;
    },
    requestFrame(callback) {
      const frame = () => callback();
      frames.add(frame);
      return () => {
        frames.delete(frame);
      };
    },
    isOnline: () => online,
    isVisible: () => visible,
    onLifecycle(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    advance(ms) {
      const until = elapsed + ms;
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        timers.delete(timer);
        elapsed = Math.max(elapsed, timer.dueAt);
        timer.callback();
      }
      elapsed = Math.max(elapsed, until);
    },
    sleep(ms) {
      elapsed += ms;
    },
    runFrames() {
      const due = frames;
      frames = new Set();
      for (const frame of due) frame();
    },
    setOnline(next) {
      online = next;
      announce(next ? "wake" : "offline");
    },
    setVisible(next) {
      visible = next;
      announce(next ? "wake" : "hidden");
    },
    leavePage: () => announce("pagehide"),
    returnToPage: () => announce("wake"),
    get timers() {
      return timers.size;
    },
  };
}
