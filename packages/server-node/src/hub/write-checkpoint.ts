/** Owns the commit of entities alone: when a session falls quiet, before it leaves memory, at drain. */
import type { SessionCommit } from "../storage/contract.ts";
import { followHead } from "./catch-up.ts";
import { checkpointOf } from "./checkpoint.ts";
import type { LaneContext } from "./lane-context.ts";
import { nextHead } from "./make-commit.ts";

/** Runs alone in the lane. Failing costs nothing but replay: the log has everything. */
export async function writeCheckpoint(lane: LaneContext): Promise<void> {
  const { core, session, state } = lane;
  if (state.isUnborn || state.isForeign || state.dirty.size === 0) return;
  try {
    await storeView(lane);
  } catch (error) {
    core.errors.report({ kind: "storage", error, subject: "checkpoint", session });
    lane.distrust();
  }
}

/** @returns `false`: another process was faster, and has been followed. */
export async function storeView(lane: LaneContext): Promise<boolean> {
  const { core, session, state } = lane;
  const head = { ...nextHead(core, state), projected: state.view.ordinal };
  const entities = checkpointOf(core.registry.payloads, state.view, state.dirty);
  const commit: SessionCommit = { session, expect: state.stored?.revision ?? null, head, events: [], entities };
  core.failpoint("before-checkpoint");
  const result = await core.storage.commit(commit);
  core.failpoint("after-checkpoint");
  if (result.status === "committed") {
    state.stored = head;
    state.dirty.clear();
    return true;
  }
  if (result.status === "conflict") {
    await followHead(lane, result.head);
    lane.committed();
  }
  return false;
}
