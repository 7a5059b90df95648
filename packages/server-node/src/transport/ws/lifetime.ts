/**
 * Owns until when a connection is who it says: a notice in time to renew it, and the end when nobody did. A clock that
 * is set, or a time beyond what a timer counts, moves neither.
 */
import type { HubPlatform } from "../../platform/hub-platform.ts";

export interface LifetimeOptions {
  readonly platform: Pick<HubPlatform, "now" | "setTimer">;
  /** How long before the end the notice comes; half of what remains, if that is shorter. */
  readonly noticeMs: number;
  /** How long after the end a renewal still counts. */
  readonly graceMs: number;
  readonly onExpiring: (remainingMs: number) => void;
  readonly onExpired: () => void;
}

export interface Lifetime {
  /** Milliseconds since the Unix epoch; `undefined`: without end. A renewal that gains no time brings no second notice. */
  renew(expiresAt: number | undefined): void;
  stop(): void;
}

/** A timer counts 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createLifetime({ platform, noticeMs, graceMs, onExpiring, onExpired }: LifetimeOptions): Lifetime {
  let until = Number.NEGATIVE_INFINITY;
  let isTold = false;
  let cancelNotice = () => {};
  let cancelEnd = () => {};

  function callAt(at: number, callback: () => void): () => void {
    let cancel = () => {};
    const wait = () => {
      const restMs = at - platform.now();
      if (restMs <= 0) callback();
      else cancel = platform.setTimer(Math.min(restMs, LONGEST_TIMER_MS), wait);
    };
    wait();
    return () => cancel();
  }

  function stop(): void {
    cancelNotice();
    cancelEnd();
  }

  return {
    renew(expiresAt = Number.POSITIVE_INFINITY) {
      stop();
      if (expiresAt > until) isTold = false;
      until = expiresAt;
      if (expiresAt === Number.POSITIVE_INFINITY) return;
      const remainingMs = expiresAt - platform.now();
      cancelEnd = callAt(expiresAt + graceMs, onExpired);
      if (isTold) return;
      const noticeAt = expiresAt - Math.min(noticeMs, remainingMs / 2);
      cancelNotice = callAt(noticeAt, () => {
        isTold = true;
        onExpiring(Math.max(0, expiresAt - platform.now()));
      });
    },
    stop,
  };
}
