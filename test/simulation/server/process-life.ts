/**
 * Owns whether a server's process runs, sleeps (as by SIGSTOP, or on a machine that has no time for it) or is no more.
 * What happens to it while it sleeps, happens when it goes on; what happens to it afterwards, never does.
 */
import type { Clock } from "../time/clock.ts";

export interface ProcessLife {
  readonly isAlive: boolean;
  /** How often it has slept. */
  readonly naps: number;
  /** Resolves when the process is no more. */
  readonly died: Promise<void>;
  whenAwake(callback: () => void): void;
  /** Never resolves for a process that is no more: whatever waits in it waits for ever. */
  awake(): Promise<void>;
  sleep(): void;
  wake(): void;
  end(): void;
}

export function processLife(clock: Clock): ProcessLife {
  let state: "running" | "asleep" | "dead" = "running";
  let waiting: (() => void)[] = [];
  let naps = 0;
  let announceDeath = () => {};
  const died = new Promise<void>((resolve) => {
    announceDeath = resolve;
  });
  const life: ProcessLife = {
    get isAlive() {
      return state !== "dead";
    },
    get naps() {
      return naps;
    },
    died,
    whenAwake(callback) {
      if (state === "asleep") waiting.push(callback);
      else if (state === "running") callback();
    },
    awake: () => (state === "running" ? Promise.resolve() : new Promise((resolve) => life.whenAwake(resolve))),
    sleep() {
      if (state !== "running") return;
      state = "asleep";
      naps += 1;
    },
    wake() {
      if (state !== "asleep") return;
      state = "running";
      const due = waiting;
      waiting = [];
      for (const callback of due) clock.after(0, () => life.whenAwake(callback));
    },
    end() {
      state = "dead";
      waiting = [];
      announceDeath();
    },
  };
  return life;
}
