/** Owns which step does what: everything that can be done, in one table that does not compile with a step undecided. */
import type { World } from "../run/world.ts";
import { messageActions } from "./message-actions.ts";
import { serverActions } from "./server-actions.ts";
import type { Step, StepType } from "./step.ts";
import { tabActions } from "./tab-actions.ts";

/** Starts it; what comes of it, time tells. A step that finds nothing to act on does nothing. */
export type Action = (step: Step) => void;

export function createPerformer(world: World): Action {
  const actions: Readonly<Record<StepType, Action>> = {
    ...messageActions(world),
    ...tabActions(world),
    ...serverActions(world),
  };
  return (step) => {
    world.surroundings.judge.tell(() => JSON.stringify(step));
    actions[step.type](step);
  };
}
