/** Owns a session's state at an ordinal of the past: the fold of the log up to there, next to the lane. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { HubCore } from "./core.ts";
import { foldStart, viewAt } from "./derive-view.ts";
import type { SessionSnapshot } from "./hub.ts";
import type { LaneState } from "./lane-state.ts";
import { readLog } from "./read-log.ts";
import { isOpaque } from "./records.ts";
import { stageReplay } from "./replay.ts";

export function snapshotOf({ view, viewId, tag }: LaneState): SessionSnapshot {
  const { session, epoch, ordinal } = view;
  return { session, epoch, view: viewId, ordinal, tag, entities: view.records() };
}

/** @throws SessionStreamError `gone` when the log no longer reaches back that far. */
export async function snapshotAsOf(core: HubCore, state: LaneState, asOf: bigint): Promise<SessionSnapshot> {
  const { session, epoch } = state.view;
  const start = await foldStart(core, session, state.stored?.floor ?? 0n);
  if (start === null || asOf < start.ordinal) {
    throw new SessionStreamError("gone", "That part of this session's log is no longer kept; ask for a later ordinal.");
  }
  const opaque = state.view.records().filter((record) => isOpaque(record) && record.lastEventOrdinal <= asOf);
  const view = viewAt(core, session, epoch, start);
  // At the floor itself the event that had it is gone.
  let tag = "";
  for await (const events of readLog(core, session, { epoch, after: start.ordinal, upTo: asOf })) {
    view.apply(stageReplay(core, view, epoch, events, "as-of"));
    tag = events.at(-1)?.id ?? tag;
  }
  for (const record of opaque) view.insert(record, 0);
  view.sort();
  return { session, epoch, view: state.viewId, ordinal: view.ordinal, tag, entities: view.records() };
}
