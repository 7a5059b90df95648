/** Owns calling listeners: one that throws stops nobody else, and its error surfaces as an uncaught one (L12). */
import type { ClientPlatform } from "../platform/client-platform.ts";

export interface Listeners<Arguments extends readonly unknown[]> {
  add(listener: (...args: Arguments) => void): () => void;
  call(...args: Arguments): void;
  readonly size: number;
}

export function createListeners<Arguments extends readonly unknown[]>(
  platform: Pick<ClientPlatform, "setTimer">,
): Listeners<Arguments> {
  // Wrapped, so that one function subscribed twice counts twice.
  const listeners = new Set<{ readonly call: (...args: Arguments) => void }>();
  return {
    get size() {
      return listeners.size;
    },
    add(listener) {
      const entry = { call: listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    call(...args) {
      for (const listener of [...listeners]) {
        try {
          listener.call(...args);
        } catch (error) {
          platform.setTimer(0, () => {
            throw error;
          });
        }
      }
    },
  };
}
