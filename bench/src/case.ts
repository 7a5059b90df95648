import type { Verdict } from "./goal.ts";

/** One of the suite: measures, prints, and says which goals it met. Runs in a process of its own. */
export interface BenchCase {
  run(context: CaseContext): Promise<readonly Verdict[]>;
}

export interface CaseContext {
  /** Fewer and shorter rounds: enough to see that everything works and to guess the figures. */
  readonly quick: boolean;
  /** `full` or, in a quick run, `quick`. */
  pick<Value>(full: Value, quick: Value): Value;
}
