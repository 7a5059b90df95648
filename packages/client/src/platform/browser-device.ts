/**
 * Owns the outbox's device in a browser: IndexedDB, Web Locks, BroadcastChannel. They come together or not at all: only
 * secure pages have them. Nothing is touched before `open`.
 */
import type { OutboxDevice } from "../outbox/device.ts";
import { indexedDbStore } from "./indexed-db-store.ts";

/** `null`: this surrounding keeps nothing (a server, a page over plain HTTP, an old browser). */
export function browserDevice(): OutboxDevice | null {
  const isComplete =
    typeof indexedDB !== "undefined" &&
    typeof BroadcastChannel !== "undefined" &&
    globalThis.crypto?.subtle !== undefined &&
    globalThis.navigator?.locks !== undefined;
  if (!isComplete) return null;
  return {
    async open(name, principal) {
      const owner = await digest(principal);
      const store = indexedDbStore(name, owner);
      // A storage that is there but refuses (private mode, a sandboxed frame) does so now.
      await store.list();
      return {
        store,
        lock(lock, leaving, held) {
          const request = navigator.locks.request(`${name}/${owner}/${lock}`, { signal: leaving }, () => {
            held();
            return new Promise<void>((resolve) => leaving.addEventListener("abort", () => resolve()));
          });
          // Refused for another reason than leaving: then every page has it, as if there were no locks.
          request.catch(() => {
            if (!leaving.aborted) held();
          });
        },
        meet(hear) {
          const channel = new BroadcastChannel(`${name}/${owner}`);
          channel.onmessage = ({ data }: MessageEvent<unknown>) => hear(data);
          return (message) => channel.postMessage(message);
        },
      };
    },
  };
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
