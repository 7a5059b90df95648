/**
 * Owns the port through which the core meets time and randomness (L11). The Node version is `node-platform.ts`;
 * tests and the simulator pass their own.
 */
export interface HubPlatform {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  setTimer(delayMs: number, callback: () => void): () => void;
  /** A new random id of at least 128 bits, in `A-Z a-z 0-9 _ -`. */
  randomId(): string;
  /** Runs `callback` after the current task, before I/O: where work of one tick is gathered. */
  defer(callback: () => void): void;
  /** Gives the event loop a turn: long work yields through it. */
  yield(): Promise<void>;
}
