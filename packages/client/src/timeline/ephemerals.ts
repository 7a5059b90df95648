/** Owns what is never stored or numbered (typing, presence, previews): latest wins by key, until its time is up. */
import type { ClientPlatform } from "../platform/client-platform.ts";
import type { Ephemeral } from "./timeline.ts";

export interface Ephemerals {
  /** Identity kept until it changes. */
  get(): readonly Ephemeral[];
  set(key: string, payload: unknown, ttlMs: number): void;
  clear(): void;
}

export function createEphemerals(platform: Pick<ClientPlatform, "setTimer">, changed: () => void): Ephemerals {
  const held = new Map<string, { readonly ephemeral: Ephemeral; readonly cancelExpiry: () => void }>();
  let list: readonly Ephemeral[] = [];

  function publish(): void {
    list = [...held.values()].map((entry) => entry.ephemeral);
    changed();
  }

  function take(key: string): boolean {
    held.get(key)?.cancelExpiry();
    return held.delete(key);
  }

  return {
    get: () => list,
    set(key, payload, ttlMs) {
      const known = take(key);
      if (payload !== undefined && ttlMs > 0) {
        const cancelExpiry = platform.setTimer(ttlMs, () => {
          held.delete(key);
          publish();
        });
        held.set(key, { ephemeral: { key, payload }, cancelExpiry });
        publish();
      } else if (known) publish();
    },
    clear() {
      if (held.size === 0) return;
      for (const key of [...held.keys()]) take(key);
      publish();
    },
  };
}
