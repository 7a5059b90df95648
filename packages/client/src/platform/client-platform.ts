/** Owns the port through which the client meets time, randomness and the page (L11). Browser and Node versions lie beside it. */
export interface ClientPlatform {
  /** Milliseconds since the Unix epoch, for display. */
  now(): number;
  /** Milliseconds that never jump, for deadlines. */
  monotonic(): number;
  setTimer(delayMs: number, callback: () => void): () => void;
  /** In [0, 1). */
  random(): number;
  randomId(): string;
  /** Before the next paint; a timer when the page is hidden or there is none. Returns its cancellation. */
  requestFrame(callback: () => void): () => void;
  isOnline(): boolean;
  isVisible(): boolean;
  /**
   * `wake`: online, visible, pageshow: try now. `offline`, `hidden`, `freeze` as named. `pagehide`: the page is left, and
   * may be kept for a return if it holds nothing open.
   */
  onLifecycle(listener: (event: "wake" | "offline" | "hidden" | "freeze" | "pagehide") => void): () => void;
}
