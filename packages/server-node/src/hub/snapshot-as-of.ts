/** Owns a session's state at an ordinal of the past: the fold of the log up to there, next to the lane. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { HubCore } from "./core.ts";
import type { SessionSnapshot } from "./hub.ts";
import type { LaneState } from "./lane-state.ts";
import { readLog } from "./read-log.ts";
import { isOpaque } from "./records.ts";
import { stageReplay } from "./replay.ts";
import { ViewState } from "./view-state.ts";

export function snapshotOf({ view, viewId, tag }: LaneState): SessionSnapshot {
  const { session, epoch, ordinal } = view;
  return { session, epoch, view: viewId, ordinal, tag, entities: view.records() };
}

/** @throws SessionStreamError `gone` when the log no longer reaches back that far. */
export async function snapshotAsOf(core: HubCore, state: LaneState, asOf: bigint): Promise<SessionSnapshot> {
  const { session, epoch } = state.view;
  if ((state.stored?.floor ?? 0n) > 0n) {
    throw new SessionStreamError("gone", "The beginning of this session's log is no longer kept.");
  }
  const opaque = state.view.records().filter((record) => isOpaque(record) && record.lastEventOrdinal <= asOf);
  const view = new ViewState(session, { epoch, ordinal: 0n });
  let tag = "";
  for await (const events of readLog(core, session, { after: 0n, upTo: asOf })) {
    view.apply(stageReplay(core, view, epoch, events, "as-of"));
    tag = events.at(-1)?.id ?? tag;
  }
  for (const record of opaque) view.insert(record, 0);
  view.sort();
  return { session, epoch, view: state.viewId, ordinal: view.ordinal, tag, entities: view.records() };
}
