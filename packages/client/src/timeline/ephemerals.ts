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

  function take(key: string): void {
    held.get(key)?.cancelExpiry();
    if (held.delete(key)) publish();
  }

  return {
    get: () => list,
    set(key, payload, ttlMs) {
      if (payload === undefined || ttlMs <= 0) {
        take(key);
        return;
      }
      held.get(key)?.cancelExpiry();
      // A key that is held keeps its place, so that what is shown does not jump.
      held.set(key, { ephemeral: { key, payload }, cancelExpiry: platform.setTimer(ttlMs, () => take(key)) });
      publish();
    },
    clear() {
      for (const key of [...held.keys()]) take(key);
    },
  };
}
