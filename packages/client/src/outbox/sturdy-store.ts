/**
 * Owns what happens while the device keeps nothing: private mode, no space left, storage blocked or hanging. The page
 * keeps it then, as long as it lives, and hands it over when the device is back. Knows no messages.
 */
import type { ClientPlatform } from "../platform/client-platform.ts";
import type { KeyValueStore } from "./device.ts";
import { within } from "./within.ts";

export interface SturdyStoreOptions {
  /** Rejects where there is none. */
  readonly device: () => Promise<KeyValueStore>;
  readonly platform: Pick<ClientPlatform, "setTimer">;
  /** After each operation: is everything on the device? */
  readonly saved: (saved: boolean) => void;
}

/** Its methods never reject. One at a time. */
export interface SturdyStore extends Omit<KeyValueStore, "clear"> {
  /** In this page always; `false`: the device may keep what it has. */
  clear(): Promise<boolean>;
}

export function createSturdyStore({ device, platform, saved }: SturdyStoreOptions): SturdyStore {
  let seen = new Map<string, string>();
  /** Writes that the device refused; `null` is a removal. */
  const unsaved = new Map<string, string | null>();
  let hanging = false;

  async function onDevice(use: (store: KeyValueStore) => Promise<void>): Promise<boolean> {
    // What does not answer is not asked again before it did: waiting each time would be slower than having none.
    if (hanging) return false;
    const answer = device().then(use);
    const answered = () => {
      hanging = false;
    };
    hanging = true;
    answer.then(answered, answered);
    try {
      await within(platform, answer);
      return true;
    } catch {
      return false;
    }
  }

  async function write(key: string, value: string | null): Promise<boolean> {
    const kept = await onDevice((store) => (value === null ? store.remove(key) : store.put(key, value)));
    if (!kept) unsaved.set(key, value);
    else {
      unsaved.delete(key);
      if (value === null) seen.delete(key);
      else seen.set(key, value);
    }
    return kept;
  }

  async function handOver(): Promise<boolean> {
    for (const [key, value] of unsaved) if (!(await write(key, value))) return false;
    return true;
  }

  return {
    async list() {
      const isHandedOver = await handOver();
      const isRead = await onDevice(async (store) => {
        seen = new Map(await store.list());
      });
      saved(isHandedOver && isRead);
      const values = new Map<string, string | null>([...seen, ...unsaved]);
      return [...values].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
    },
    async put(key, value) {
      saved((await write(key, value)) && unsaved.size === 0);
    },
    async remove(key) {
      saved((await write(key, null)) && unsaved.size === 0);
    },
    async clear() {
      seen.clear();
      unsaved.clear();
      const isCleared = await onDevice((store) => store.clear());
      saved(isCleared);
      return isCleared;
    },
  };
}
