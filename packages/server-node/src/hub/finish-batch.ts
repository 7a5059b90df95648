/** Owns steps 6 to 8 for a batch that is in storage: swap, fan out, answer, start effects. Synchronous, never fails. */
import type { SessionCommit } from "../storage/contract.ts";
import { fanOutChange } from "./fan-out-change.ts";
import type { LaneContext } from "./lane-context.ts";
import { observeCommit } from "./observe-commit.ts";
import type { PipelineUnit } from "./pipeline-record.ts";
import type { PreparedBatch, PreparedUnit } from "./prepare-batch.ts";
import { reportFailures } from "./replay.ts";

export function finishBatch(lane: LaneContext, batch: PreparedBatch, commit: SessionCommit): void {
  const { core, state, session } = lane;
  const { rows, events, epoch, staged } = batch;
  const { ordinal, tag } = commit.head;
  core.failpoint("after-commit");
  const prevOrdinal = state.view.ordinal;
  const { deltas, touched, forgotten } = state.view.apply(staged);
  state.stored = commit.head;
  state.advance(rows);
  if (commit.entities === undefined) state.markDirty(touched, forgotten);
  else {
    state.dirty.clear();
    state.markDirty(forgotten);
  }
  core.failpoint("after-swap");
  if (rows.length > 0) fanOutChange(lane, { epoch, prevOrdinal, ordinal, tag, deltas, events });
  core.failpoint("after-fan-out");
  for (const prepared of batch.units) acknowledge(lane, prepared);
  core.failpoint("after-ack");
  core.sharing?.bell?.ringHead(session, epoch, ordinal);
  const effects = batch.command?.decision?.effects ?? [];
  lane.effects.start(effects);
  const due = lane.due.start();
  reportFailures(core, session, batch.failures, "live");
  observeCommit(lane, {
    mode: "live",
    prevOrdinal,
    units: batch.units.map(describe),
    rows,
    deltas,
    checkpoint: commit.entities !== undefined,
    effects: [...effects, ...due].map(({ name }) => name),
  });
  lane.committed();
}

function acknowledge({ state }: LaneContext, { unit, ordinal }: PreparedUnit): void {
  const { epoch } = state.view;
  if (unit.type === "publish") unit.answer.resolve({ status: "committed", epoch, ordinal });
  else {
    const outcome = unit.decision?.outcome ?? {};
    unit.answer.resolve({ epoch, ordinal: state.view.ordinal, outcome, repeated: false });
  }
}

function describe({ unit, events }: PreparedUnit): PipelineUnit {
  const command = unit.type === "command" ? unit : undefined;
  const attempts = unit.attempts + 1;
  return { type: unit.type, name: command?.command.name, commandId: command?.id, events, attempts };
}
