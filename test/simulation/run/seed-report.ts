/** What a process that plays histories tells, line by line. */
import type { Step } from "../script/step.ts";

export type SeedReport =
  | {
      readonly type: "violation";
      readonly seed: number;
      readonly invariant: string;
      readonly message: string;
      /** That were played. */
      readonly steps: number;
    }
  | {
      readonly type: "done";
      readonly histories: number;
      readonly steps: number;
      /** Processor time, whatever else the machine did meanwhile. */
      readonly cpuMs: number;
    };

/** A history that failed once: enough to play it again when the odds of the script have changed. */
export interface RecordedHistory {
  readonly seed: number;
  readonly invariant: string;
  readonly found: string;
  readonly steps: readonly Step[];
}
