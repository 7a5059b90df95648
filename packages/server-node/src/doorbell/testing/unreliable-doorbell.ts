/** A doorbell between hubs of one process that does to notices what a test says: lose, double, delay. */
import type { Doorbell, DoorbellListener, Notice } from "../contract.ts";

/** Delays in milliseconds, one for each copy that arrives; none: it is lost. */
export type Fate = (notice: Notice) => readonly number[];

export interface UnreliableDoorbell extends Doorbell {
  fate: Fate;
  /** While set, ringing rejects with it. */
  ringError: Error | null;
  /** While set, listening throws it. */
  listenError: Error | null;
  readonly rung: Notice[];
  readonly listening: number;
  /** Whoever listens now hears nothing any more, and is not told. */
  killSubscriptions(): void;
  /** As after an interruption. */
  reconnect(): void;
}

export const AT_ONCE: Fate = () => [0];
export const LOST: Fate = () => [];

export function unreliableDoorbell(
  setTimer: (delayMs: number, callback: () => void) => () => void,
): UnreliableDoorbell {
  const listeners = new Set<DoorbellListener>();
  const doorbell: UnreliableDoorbell = {
    fate: AT_ONCE,
    ringError: null,
    listenError: null,
    rung: [],
    get listening() {
      return listeners.size;
    },
    killSubscriptions: () => listeners.clear(),
    reconnect() {
      for (const listener of listeners) listener.connected();
    },
    async ring(notice) {
      doorbell.rung.push(notice);
      if (doorbell.ringError !== null) throw doorbell.ringError;
      for (const delayMs of doorbell.fate(notice)) {
        setTimer(delayMs, () => {
          for (const listener of listeners) listener.heard(notice);
        });
      }
    },
    listen(listener) {
      if (doorbell.listenError !== null) throw doorbell.listenError;
      listeners.add(listener);
      listener.connected();
      return () => void listeners.delete(listener);
    },
  };
  return doorbell;
}
