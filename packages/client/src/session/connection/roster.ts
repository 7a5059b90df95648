/** Owns who follows what on one connection. A session may be followed more than once; its frames go to each. */
import type { SessionRun } from "../run-session.ts";

export interface Roster {
  add(run: SessionRun): void;
  /** False when it was not there. */
  remove(run: SessionRun): boolean;
  clear(): void;
  isEmpty(): boolean;
  has(sessionId: string): boolean;
  /** False when nobody follows it. */
  of(sessionId: string, call: (run: SessionRun) => void): boolean;
  all(call: (run: SessionRun) => void): void;
  /** True once per session, for as many sessions as are worth a report. */
  isFirstForeign(sessionId: string): boolean;
}

const MAX_FOREIGN = 100;

export function createRoster(): Roster {
  const runs = new Map<string, readonly SessionRun[]>();
  const foreign = new Set<string>();
  return {
    add(run) {
      runs.set(run.sessionId, [...(runs.get(run.sessionId) ?? []), run]);
    },
    remove(run) {
      const before = runs.get(run.sessionId) ?? [];
      const after = before.filter((other) => other !== run);
      if (after.length > 0) runs.set(run.sessionId, after);
      else runs.delete(run.sessionId);
      return after.length < before.length;
    },
    clear: () => runs.clear(),
    isEmpty: () => runs.size === 0,
    has: (sessionId) => runs.has(sessionId),
    of(sessionId, call) {
      const found = runs.get(sessionId);
      if (found === undefined) return false;
      // Lists are replaced, never changed: a run that leaves meanwhile disturbs nobody.
      for (const run of found) call(run);
      return true;
    },
    all(call) {
      for (const list of [...runs.values()]) for (const run of list) call(run);
    },
    isFirstForeign(sessionId) {
      if (foreign.has(sessionId) || foreign.size >= MAX_FOREIGN) return false;
      foreign.add(sessionId);
      return true;
    },
  };
}
