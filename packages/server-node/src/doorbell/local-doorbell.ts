import type { Doorbell, DoorbellListener } from "./contract.ts";

/** A doorbell between hubs of one process. */
export function localDoorbell(): Doorbell {
  const listeners = new Set<DoorbellListener>();
  return {
    async ring(notice) {
      // In a turn of its own: whoever rings is not done yet.
      await Promise.resolve();
      for (const listener of listeners) listener.heard(notice);
    },
    listen(listener) {
      listeners.add(listener);
      listener.connected();
      return () => void listeners.delete(listener);
    },
  };
}
