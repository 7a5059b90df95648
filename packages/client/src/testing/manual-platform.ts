/** A platform whose time, frames, randomness and page state move only when a test says so. */
import type { ClientPlatform } from "../platform/client-platform.ts";

export interface ManualPlatform extends ClientPlatform {
  /** Moves the clock and runs the timers that fall due, in order; a timer set meanwhile runs too if it is due. */
  advance(ms: number): void;
  /** Runs the frame callbacks requested so far. */
  frame(): void;
  /** How many frames are requested and not yet run. */
  readonly pendingFrames: number;
  readonly pendingTimers: number;
  setOnline(online: boolean): void;
  setVisible(visible: boolean): void;
}

export interface ManualPlatformOptions {
  readonly now?: number;
  readonly random?: () => number;
}

type Lifecycle = "wake" | "offline" | "hidden" | "freeze";

export function createManualPlatform(options: ManualPlatformOptions = {}): ManualPlatform {
  const startedAt = options.now ?? 1_700_000_000_000;
  const timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>();
  const listeners = new Set<(event: Lifecycle) => void>();
  let frames: (() => void)[] = [];
  let elapsed = 0;
  let ids = 0;
  let online = true;
  let visible = true;

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
      const entry = () => callback();
      frames.push(entry);
      return () => {
        frames = frames.filter((other) => other !== entry);
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
      elapsed = until;
    },
    frame() {
      const due = frames;
      frames = [];
      for (const callback of due) callback();
    },
    get pendingFrames() {
      return frames.length;
    },
    get pendingTimers() {
      return timers.size;
    },
    setOnline(next) {
      if (online === next) return;
      online = next;
      announce(next ? "wake" : "offline");
    },
    setVisible(next) {
      if (visible === next) return;
      visible = next;
      announce(next ? "wake" : "hidden");
    },
  };
}
