/**
 * Owns making a failing history short: leaves out ever smaller stretches of steps as long as the same promise stays
 * broken.
 */
import type { Step } from "../script/step.ts";
import { playHistory } from "./history.ts";

export async function shrink(seed: number, steps: readonly Step[], invariant: string): Promise<readonly Step[]> {
  let best = steps;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.length; ) {
      const shorter = [...best.slice(0, from), ...best.slice(from + size)];
      const { violation } = await playHistory({ seed, steps: shorter });
      if (violation?.invariant === invariant) best = shorter;
      else from += size;
    }
  }
  return best;
}
