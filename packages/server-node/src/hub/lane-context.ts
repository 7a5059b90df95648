/** Owns nothing: what the stages of the pipeline may do to the lane they work for. */
import type { SessionKey } from "../storage/contract.ts";
import type { HubCore, LaneFanOut } from "./core.ts";
import type { DueWork } from "./due-work.ts";
import type { EffectsRunner } from "./effects-runner.ts";
import type { LaneState } from "./lane-state.ts";

export interface LaneContext {
  readonly core: HubCore;
  readonly session: SessionKey;
  /** Current view and head. Read anew after each await. */
  readonly state: LaneState;
  readonly fanOut: LaneFanOut;
  readonly effects: EffectsRunner;
  readonly due: DueWork;
  /** Another log, or another view of it, takes the lane: subscribers start over, effects of another log are aborted. */
  replace(state: LaneState): void;
  /** A log of which this lane held the beginning, nothing, goes on: no one has to start over. */
  beBorn(state: LaneState): void;
  /** What the lane believes of storage may be wrong: load again before anything else happens. */
  distrust(): void;
  /** A commit that expected this revision threw: it may still arrive while the head stays there. */
  doubt(expect: string | null): void;
  /** Something was committed: checkpoints may become due. */
  committed(): void;
}
