/**
 * Owns which faults a history has and how likely each is (swarm: every seed switches on another subset), and that they
 * can all be ended at once.
 */
import type { Random } from "../time/random.ts";

/** Probabilities, most of them per frame, request or storage call. */
const MOST = {
  // The network, per frame or request.
  dropFrame: 0.3,
  duplicateFrame: 0.1,
  cut: 0.02,
  halfOpenDown: 0.01,
  halfOpenUp: 0.01,
  slowReader: 0.3,
  /** A connection attempt that nobody answers. */
  deafConnect: 0.1,
  delay: 0.2,
  requestLost: 0.15,
  answerLost: 0.3,
  requestTwice: 0.15,
  // The storage, per call.
  commitNotDone: 0.08,
  commitUnanswered: 0.12,
  /** Rejected first, done later. */
  commitLate: 0.2,
  conflict: 0.05,
  readFails: 0.04,
  storageSlow: 0.2,
  storageStalls: 0.02,
  // The bus between servers, per notice and listener.
  bellLost: 0.6,
  bellTwice: 0.2,
  bellLate: 0.3,
  bellRefuses: 0.1,
  bellDetaches: 0.05,
  // The server.
  projectionFlaky: 0.5,
  brokenSink: 0.02,
  engineStalls: 0.1,
  engineFails: 0.1,
  /** A machine's clock is wrong. */
  skew: 1,
} as const;

type FaultName = keyof typeof MOST;

export interface Faults {
  readonly names: readonly FaultName[];
  /** 0 once healed. */
  rate(name: FaultName): number;
  readonly healed: boolean;
  heal(): void;
}

export function drawFaults(random: Random): Faults {
  const rates = new Map<FaultName, number>();
  // Some histories have none: what is broken without faults shows best there.
  const share = random.pick([0, 0.15, 0.4, 0.4, 0.7]);
  // CAST: the keys of the record are its names.
  for (const name of Object.keys(MOST) as FaultName[]) {
    const own = random.fork(name);
    if (own.chance(share)) rates.set(name, MOST[name] * (0.2 + 0.8 * own.next()));
  }
  let healed = false;
  return {
    names: [...rates.keys()],
    rate: (name) => (healed ? 0 : (rates.get(name) ?? 0)),
    get healed() {
      return healed;
    },
    heal() {
      healed = true;
    },
  };
}
