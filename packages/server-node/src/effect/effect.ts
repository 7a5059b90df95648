import type { EventInput } from "../event/define-event.ts";
import type { SessionView } from "../projection/view.ts";
import type { SessionKey } from "../storage/contract.ts";

export interface PublishOptions {
  /** Asked on every attempt, in the lane, on the current view; false means `stale` and nothing is stored. */
  readonly guard?: (view: SessionView) => boolean;
  /** Fencing token of the lease under which the caller works (shared storage only). */
  readonly fence?: bigint;
}

export type PublishResult =
  | { readonly status: "committed"; readonly epoch: string; readonly ordinal: bigint }
  | { readonly status: "stale" }
  | { readonly status: "fenced" };

/** What work outside the lane may do. */
export interface EffectContext {
  readonly session: SessionKey;
  /** Aborted when the hub closes or the session is removed. */
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
 * An effect that survives crashes because the view names it again. While one with the same key runs in this process
 * it is not started a second time.
 */
export interface DueEffect extends Effect {
  readonly key: string;
}
