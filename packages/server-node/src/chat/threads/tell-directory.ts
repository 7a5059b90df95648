/**
 * Owns that the directory learns what becomes of a session: outside the lane, after the commit, never in its way. Every
 * process that has the session in memory tells; the directory takes each report once. What fails is recorded, and told
 * with what happens next in the session, or when it is loaded again.
 */
import type { SessionDirectory } from "../../directory/contract.ts";
import type { DueEffect, EffectContext } from "../../effect/effect.ts";
import { inTime } from "../../platform/hooks.ts";
import type { SessionView } from "../../projection/view.ts";
import { momentOf, sessionActivity } from "./session-activity.ts";

/** @returns the work that a view calls for: none, once this moment of it has been told. */
export function tellDirectory(directory: SessionDirectory): (view: SessionView) => readonly DueEffect[] {
  // A view lives as long as its session is in memory.
  const told = new WeakMap<SessionView, string>();
  const isTold = (view: SessionView) => view.ordinal === 0n || told.get(view) === momentOf(view);

  async function run(context: EffectContext): Promise<void> {
    const { session, setTimer } = context;
    for (let view = context.view(); !isTold(view); view = context.view()) {
      // Before it is known to work: one attempt for each moment.
      told.set(view, momentOf(view));
      const activity = sessionActivity(view);
      if (activity !== null) await inTime(directory.record(activity), "directory.record", { setTimer });
    }
    // Its log ended while this was under way.
    if (context.view().ordinal === 0n) await inTime(directory.remove(session), "directory.remove", { setTimer });
  }

  const effect: DueEffect = { key: "chat-directory", name: "chat-directory", runsIn: "every-process", run };
  return (view) => (isTold(view) ? [] : [effect]);
}
