/**
 * Owns the end of a doubt. A commit that threw and was given up may still arrive as long as nothing else moves the head
 * it expects. So the hub moves the head itself, by a commit of nothing: whichever comes first, the other one conflicts.
 */
import { catchUp, followHead } from "./catch-up.ts";
import type { LaneContext } from "./lane-context.ts";
import { nextHead } from "./make-commit.ts";

/** Runs alone in the lane. Failing leaves the doubt, and the next sweep tries again. */
export async function settleDoubt(lane: LaneContext): Promise<void> {
  const { core, session, state } = lane;
  try {
    // A log is begun by what somebody has to say: where there is none, looking is all.
    if (state.stored === null) {
      await catchUp(lane);
      return;
    }
    const head = nextHead(core, state);
    const result = await core.storage.commit({ session, expect: state.stored.revision, head, events: [] });
    if (result.status === "committed") state.stored = head;
    else if (result.status === "conflict") await followHead(lane, result.head);
  } catch (error) {
    core.errors.report({ kind: "storage", error, subject: "outcome check", session });
  }
}
