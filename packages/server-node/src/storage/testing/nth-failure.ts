/** Owns a fault that strikes once, at the n-th of the statements that pass it. */
import type { FaultInjector } from "../../testing/storage-conformance/harness.ts";

export interface NthFailure extends FaultInjector {
  /** For each statement, before it takes effect. */
  pass(): void;
}

export function nthFailure(): NthFailure {
  let untilFailure = 0;
  let fired = false;
  return {
    pass() {
      if (untilFailure === 0 || --untilFailure > 0) return;
      fired = true;
      throw new Error("injected failure");
    },
    failAt(n) {
      untilFailure = n;
      fired = false;
    },
    fired: () => fired,
    clear() {
      untilFailure = 0;
    },
  };
}
