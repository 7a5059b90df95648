/**
 * Owns the question whether a peer is alive: a ping per interval, and a time to answer it. Anything heard is life.
 * Two silences are not the peer's: a ping that still waits behind a queue that moves, and a tick of ours that came late
 * (what the peer said in the meantime has not been read yet).
 */
import type { HubPlatform } from "../../platform/hub-platform.ts";

export interface HeartbeatOptions {
  readonly platform: HubPlatform;
  readonly intervalMs: number;
  readonly pongTimeoutMs: number;
  /** Enqueues a ping. */
  readonly ping: () => void;
  /** Bytes enqueued and bytes taken by the operating system, since the connection opened. */
  readonly totals: () => { readonly enqueued: number; readonly taken: number };
  readonly onDead: () => void;
}

export interface Heartbeat {
  heard(): void;
  /** Call when the operating system took bytes. */
  written(): void;
  stop(): void;
}

type State =
  | { readonly type: "resting" }
  /** The ping is on its way out; it has left when all bytes up to `pingEnd` are taken. */
  | { readonly type: "sending"; readonly pingEnd: number }
  | { readonly type: "awaiting" }
  | { readonly type: "stopped" };

/** A timer this late means that the process stood still. */
const LAG_MS = 1_000;

export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { platform, intervalMs, pongTimeoutMs, ping, totals, onDead } = options;
  let state: State = { type: "resting" };
  let cancelTimer = () => {};
  rest();

  function become(next: State, afterMs: number, then: (isLate: boolean) => void): void {
    cancelTimer();
    state = next;
    const due = platform.now() + afterMs;
    cancelTimer = platform.setTimer(afterMs, () => then(platform.now() - due > LAG_MS));
  }

  function rest(): void {
    become({ type: "resting" }, intervalMs, () => {
      ping();
      // The ping may have ended the connection.
      if (state.type === "resting") sendUntil(totals().enqueued);
    });
  }

  function sendUntil(pingEnd: number): void {
    const takenBefore = totals().taken;
    if (takenBefore >= pingEnd) {
      awaitPong();
      return;
    }
    become({ type: "sending", pingEnd }, pongTimeoutMs, (isLate) => {
      if (isLate || totals().taken > takenBefore) sendUntil(pingEnd);
      else die();
    });
  }

  function awaitPong(): void {
    become({ type: "awaiting" }, pongTimeoutMs, (isLate) => {
      if (isLate) awaitPong();
      else die();
    });
  }

  function stop(): void {
    cancelTimer();
    state = { type: "stopped" };
  }

  function die(): void {
    stop();
    onDead();
  }

  return {
    heard() {
      if (state.type === "sending" || state.type === "awaiting") rest();
    },
    written() {
      if (state.type === "sending" && totals().taken >= state.pingEnd) awaitPong();
    },
    stop,
  };
}
