/** Owns what stands between a local log and its followers: a delay, and faults that tests and stories switch on. */
import type { SessionStreamError } from "@sessionstream/protocol";
import type { ClientPlatform } from "../../platform/client-platform.ts";

export interface LocalNetwork {
  isOnline(): boolean;
  loadError(): SessionStreamError | null;
  /** Runs after the delay; without one in a microtask, so that nothing is called back from within `open`. */
  later(callback: () => void): void;
  onChange(listener: () => void): () => void;
}

export interface FaultyNetwork extends LocalNetwork {
  setOnline(online: boolean): void;
  failLoads(error: SessionStreamError | null): void;
}

export function createLocalNetwork(platform: Pick<ClientPlatform, "setTimer">, latencyMs: number): FaultyNetwork {
  const listeners = new Set<() => void>();
  let online = true;
  let error: SessionStreamError | null = null;
  return {
    isOnline: () => online,
    loadError: () => error,
    later(callback) {
      if (latencyMs === 0) void Promise.resolve().then(callback);
      else platform.setTimer(latencyMs, callback);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    setOnline(next) {
      if (online === next) return;
      online = next;
      for (const listener of [...listeners]) listener();
    },
    failLoads(next) {
      error = next;
    },
  };
}
