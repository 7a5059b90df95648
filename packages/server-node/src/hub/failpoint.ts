/** The moments of the pipeline at which a crash must leave nothing half done, in their order. */
export const FAILPOINTS = [
  "decided",
  "before-commit",
  "after-commit",
  "after-swap",
  "after-fan-out",
  "after-ack",
  "before-checkpoint",
  "after-checkpoint",
  "before-rebuild",
  "after-rebuild",
] as const;

export type FailpointName = (typeof FAILPOINTS)[number];
export type Failpoint = (name: FailpointName) => void;
