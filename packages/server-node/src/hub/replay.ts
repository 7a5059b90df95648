/**
 * Owns folding events that are already in the log: same code as for new ones, but nothing is refused. What an event
 * row says was skipped stays skipped; what throws now is skipped and reported.
 */
import type { SessionKey, StoredEvent } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import { readEvent } from "./read-stored.ts";
import { type ProjectionFailure, runProjections } from "./run-projections.ts";
import { StagedView } from "./staged-view.ts";
import type { ViewState } from "./view-state.ts";

export type ReplayMode = "load" | "catch-up" | "rebuild" | "as-of";

export function stageReplay(
  core: HubCore,
  view: ViewState,
  epoch: string,
  events: readonly StoredEvent[],
  mode: ReplayMode,
): StagedView {
  const staged = new StagedView(view);
  staged.epoch = epoch;
  replayInto(core, staged, events, mode);
  return staged;
}

/** Adds more events to what is staged: a long stretch becomes visible in one step, however many pages it took. */
export function replayInto(core: HubCore, staged: StagedView, events: readonly StoredEvent[], mode: ReplayMode): void {
  const { session } = staged;
  const { kinds, payloads } = core.registry;
  for (const stored of events) {
    const event = readEvent(core, session, stored);
    if (event === null) {
      staged.ordinal = stored.ordinal;
      continue;
    }
    const run = runProjections(core.registry, { staged, kinds, payloads, limits: null }, event, stored.skippedBy);
    // Looking at the past is no news: what failed there was reported when it happened.
    if (mode !== "as-of") reportFailures(core, session, run.failures, mode);
  }
}

export function reportFailures(
  core: HubCore,
  session: SessionKey,
  failures: readonly ProjectionFailure[],
  mode: ReplayMode | "live",
): void {
  for (const { projection, event, error } of failures) {
    core.errors.report({
      kind: "projection",
      error,
      subject: projection.stamp,
      session,
      ordinal: event.ordinal,
      metadata: { event: event.name, mode },
    });
  }
}
