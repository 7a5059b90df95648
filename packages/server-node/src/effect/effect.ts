import type { EventInput } from "../event/define-event.ts";
import type { SessionView } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";

export interface PublishOptions {
  /** Asked on every attempt, in the lane, on the current view; false means `stale` and nothing is stored. */
  readonly guard?: (view: SessionView) => boolean;
  /**
   * Token of the lease of this session under which the caller works (shared storage only). What a due effect publishes
   * has it by itself.
   */
  readonly fence?: bigint;
}

export type PublishResult =
  | { readonly status: "committed"; readonly epoch: string; readonly ordinal: bigint }
  | { readonly status: "stale" }
  | { readonly status: "fenced" };

/** What work outside the lane may do. */
export interface EffectContext {
  readonly session: SessionKey;
  /** Aborted when the hub closes, the session is removed, or another process took the work over. */
  readonly signal: AbortSignal;
  /** One unit: all events or none, adjacent in the log. Rejects with a `SessionStreamError`. */
  publish(events: readonly EventInput[], options?: PublishOptions): Promise<PublishResult>;
  /** The current view. A capture is only valid until the next await. */
  view(): SessionView;
  /** Shows a value that is never stored: typing, previews, progress. `payload: null` takes it away. */
  ephemeral(key: string, payload: EventInput["payload"] | null, options?: { readonly ttlMs?: number }): void;
  now(): number;
  setTimer(delayMs: number, callback: () => void): () => void;
  /** A new random id. */
  mintId(): string;
  /** Keeps an error record; never throws. */
  report(error: unknown, what: string): void;
}

/** Work outside the lane, started after a commit. A throw is recorded and harms nothing else. */
export interface Effect {
  readonly name: string;
  run(context: EffectContext): Promise<void>;
}

/**
 * An effect that survives crashes because the view names it again. While one with the same key runs it is not started a
 * second time.
 */
export interface DueEffect extends Effect {
  readonly key: string;
  /**
   * On shared storage. `one-process` (default): under a lease named by the key, and what it publishes is fenced.
   * `every-process`: wherever the session is in memory, as for telling something to what lives there.
   */
  readonly runsIn?: "one-process" | "every-process";
  /**
   * In milliseconds since the Unix epoch: it is called for from then on. Nothing waits in memory meanwhile; it is started
   * within a sweep of its time, after a restart too. Default: at once.
   */
  readonly notBefore?: number;
}
