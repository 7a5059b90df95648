import { randomUUID } from "node:crypto";
import type { HubPlatform } from "./hub-platform.ts";

/** The platform of a Node process. */
export function nodePlatform(): HubPlatform {
  return {
    now: () => Date.now(),
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      // The hub's own timers (sweeper, checkpoints) must not keep a process alive that wants to end.
      timer.unref();
      return () => clearTimeout(timer);
    },
    randomId: () => randomUUID(),
    defer: (callback) => process.nextTick(callback),
    yield: () => new Promise((resolve) => setImmediate(resolve)),
  };
}
