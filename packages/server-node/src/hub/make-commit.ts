/** Owns step 5's one storage call: the new head, the events, the command, and the entities when a checkpoint is due. */
import type { EntityChanges, SessionCommit, SessionHead, StoredCommand } from "../storage/contract.ts";
import { checkpointOf } from "./checkpoint.ts";
import { isCheckpointDue } from "./checkpoint-policy.ts";
import type { HubCore } from "./core.ts";
import { newlyDue } from "./due-effects.ts";
import type { LaneState } from "./lane-state.ts";
import type { PreparedBatch } from "./prepare-batch.ts";

export function makeCommit(core: HubCore, state: LaneState, batch: PreparedBatch): SessionCommit {
  const { staged, rows, epoch } = batch;
  const due = !state.isForeign && isCheckpointDue(core.checkpoint, state, staged);
  const entities = due ? entitiesOf(core, state, batch) : undefined;
  const command = commandOf(batch);
  const fence = fenceOf(batch);
  const called = core.sharing === null ? [] : newlyDue(core.registry, state.view, staged);
  const head: SessionHead = {
    ...nextHead(core, state),
    epoch,
    ordinal: staged.ordinal,
    tag: rows.at(-1)?.id ?? state.tag,
    ...(entities === undefined ? {} : { projected: staged.ordinal }),
  };
  return {
    session: staged.session,
    expect: state.stored?.revision ?? null,
    head,
    events: rows,
    ...(command === undefined ? {} : { command }),
    ...(entities === undefined ? {} : { entities }),
    ...(fence === undefined ? {} : { fence }),
    ...(called.length === 0 ? {} : { due: called }),
  };
}

/** A batch has one at most. */
function fenceOf({ units }: PreparedBatch): bigint | undefined {
  for (const { unit } of units) if (unit.type === "publish" && unit.fence !== undefined) return unit.fence;
  return undefined;
}

/** The head as it stands, under a new revision. What storage's entities are is passed through. */
export function nextHead(core: HubCore, state: LaneState): SessionHead {
  const { stored, view, viewId, tag } = state;
  const { horizon } = view.tombstones;
  return {
    revision: core.platform.randomId(),
    epoch: view.epoch,
    ordinal: view.ordinal,
    tag,
    projected: stored?.projected ?? 0n,
    view: stored?.view ?? viewId,
    horizon: stored !== null && stored.horizon > horizon ? stored.horizon : horizon,
    floor: stored?.floor ?? 0n,
  };
}

/** The log comes first: entities that cannot be encoded wait, and are replayed. */
function entitiesOf(core: HubCore, { dirty }: LaneState, { staged }: PreparedBatch): EntityChanges | undefined {
  try {
    return checkpointOf(core.registry.payloads, staged, new Set([...dirty, ...staged.changes().keys()]));
  } catch (error) {
    core.errors.report({ kind: "projection", error, subject: "checkpoint", session: staged.session });
    return undefined;
  }
}

function commandOf({ command }: PreparedBatch): StoredCommand | undefined {
  if (command === null) return undefined;
  const { id, principal, fingerprint, decision } = command;
  return { id, scope: principal.id, fingerprint, outcome: JSON.stringify(decision?.outcome ?? {}) };
}
