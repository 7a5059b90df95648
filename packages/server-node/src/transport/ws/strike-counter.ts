/** Counts strikes in a sliding window of time. */
export interface StrikeCounter {
  /** Adds one; answers whether there are now more than allowed. */
  strike(): boolean;
}

export function createStrikeCounter(allowed: number, windowMs: number, now: () => number): StrikeCounter {
  let strikes: readonly number[] = [];
  return {
    strike() {
      const at = now();
      strikes = [...strikes.filter((past) => at - past < windowMs), at];
      return strikes.length > allowed;
    },
  };
}
