/** Owns what the open conversation says of itself, for the list beside it. */
import type { LiveThread } from "./overlay.ts";

export interface LiveThreadStore {
  readonly get: () => LiveThread | null;
  readonly set: (live: LiveThread | null) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

export function createLiveThread(): LiveThreadStore {
  const listeners = new Set<() => void>();
  let current: LiveThread | null = null;
  return {
    get: () => current,
    set(live) {
      current = live;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
