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

/** By goal, in the order they run. */
export const CASES: Readonly<Record<string, () => Promise<BenchCase>>> = {
  G1: async () => (await import("./cases/client-apply.ts")).clientApply,
  G3: async () => (await import("./cases/hub-publish.ts")).hubPublish,
  G4: async () => (await import("./cases/answer-bytes.ts")).answerBytes,
  G5: async () => (await import("./cases/socket-fan-out.ts")).socketFanOut,
  G6: async () => (await import("./cases/snapshot.ts")).snapshot,
  G7: async () => (await import("./cases/loopback.ts")).loopback,
  G8: async () => (await import("./cases/bundle-size.ts")).bundleSize,
  G9: async () => (await import("./cases/memory.ts")).memory,
  G10: async () => (await import("./cases/reconnect.ts")).reconnect,
  G11: async () => (await import("./cases/storages.ts")).storages,
};
