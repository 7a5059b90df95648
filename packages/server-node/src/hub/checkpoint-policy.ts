/**
 * Owns when entities are stored beside the log. Rows are current when something settles and soon after the session
 * falls quiet; in between only the log grows, because a text written per token would be written n times.
 */
import type { HubPlatform } from "../platform/hub-platform.ts";
import type { CheckpointPolicy } from "./hub-options.ts";
import type { LaneState } from "./lane-state.ts";
import { decoded } from "./records.ts";
import type { StagedView } from "./staged-view.ts";

/** Whether the commit that makes `staged` durable should carry the entities. */
export function isCheckpointDue(policy: CheckpointPolicy, state: LaneState, staged: StagedView): boolean {
  if (policy === "always") return true;
  const uncovered = staged.ordinal - (state.stored?.projected ?? 0n);
  return uncovered >= BigInt(policy.everyEvents) || settlesSomething(staged);
}

/** An open entity that is not open any more: a run ended, a decision was taken. */
function settlesSomething(staged: StagedView): boolean {
  for (const { before, after } of staged.changes().values()) {
    if (decoded(before)?.open === true && after?.open !== true) return true;
  }
  return false;
}

/** Calls back when no commit came for `idleMs`. One timer however many commits come. */
export class IdleTimer {
  readonly #platform: HubPlatform;
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  #lastCommit = 0;
  #cancel: (() => void) | null = null;

  constructor(platform: HubPlatform, idleMs: number, onIdle: () => void) {
    this.#platform = platform;
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  touch(): void {
    this.#lastCommit = this.#platform.now();
    if (this.#cancel === null) this.#arm(this.#idleMs);
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #arm(delayMs: number): void {
    this.#cancel = this.#platform.setTimer(delayMs, () => {
      this.#cancel = null;
      const rest = this.#lastCommit + this.#idleMs - this.#platform.now();
      if (rest > 0) this.#arm(rest);
      else this.#onIdle();
    });
  }
}
