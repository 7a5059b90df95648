/** Owns what a process may not keep: counts of what the production code holds, so that after and before can be equal. */
import { readdirSync } from "node:fs";
import type { MemoryServer } from "../server-faults/harness/memory-server.ts";

export interface Leftovers {
  readonly sessions: number;
  readonly subscribers: number;
  readonly effects: number;
  readonly connections: number;
  readonly queuedBytes: number;
  readonly virtualTimers: number;
  readonly processListeners: number;
}

export function leftovers({ hub, transport, platform, queuedBytes }: MemoryServer): Leftovers {
  const { sessions, subscribers, effects } = hub.stats();
  return {
    sessions,
    subscribers,
    effects,
    connections: transport.connections().length,
    queuedBytes: queuedBytes(),
    virtualTimers: platform.pendingTimers,
    processListeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

/** Real timers, sockets and requests that keep this process busy. */
export function activeResources(): number {
  return process.getActiveResourcesInfo().filter((name) => name !== "Immediate").length;
}

/** Open files of this process; `null` where the system does not tell. */
export function openFiles(): number | null {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return null;
  }
}

/** Bytes in use after a full collection. Needs `node --expose-gc`. */
export async function heapAtRest(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
