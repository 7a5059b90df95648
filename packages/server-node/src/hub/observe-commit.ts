import type { CommittedChange } from "../fan-out/committed-change.ts";
import type { StoredEvent } from "../storage/contract.ts";
import type { LaneContext } from "./lane-context.ts";
import { type PipelineRecord, type PipelineUnit, pipelineChanges, pipelineEvent } from "./pipeline-record.ts";

export interface ObservedCommit {
  readonly mode: PipelineRecord["mode"];
  readonly prevOrdinal: bigint;
  readonly units: readonly PipelineUnit[];
  readonly rows: readonly StoredEvent[];
  readonly deltas: CommittedChange["deltas"];
  readonly checkpoint: boolean;
  readonly effects: readonly string[];
}

/** Shows a commit to the app's observer. Costs nothing when there is none. */
export function observeCommit({ core, session, state, fanOut }: LaneContext, commit: ObservedCommit): void {
  if (core.onPipeline === undefined) return;
  const { mode, prevOrdinal, units, rows, deltas, checkpoint, effects } = commit;
  const record: PipelineRecord = Object.freeze({
    mode,
    session: Object.freeze({ ...session }),
    epoch: state.view.epoch,
    view: state.viewId,
    prevOrdinal,
    ordinal: state.view.ordinal,
    units: Object.freeze(units.map((unit) => Object.freeze({ ...unit }))),
    events: Object.freeze(rows.map(pipelineEvent)),
    changes: pipelineChanges(deltas),
    checkpoint,
    subscribers: mode === "rebuild" ? 0 : fanOut.size,
    effects: Object.freeze([...effects]),
  });
  core.errors.callObserver("onPipeline", core.onPipeline, record);
}
