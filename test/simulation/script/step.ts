/**
 * Owns what can be done to a simulated world, as data: a history is a list of steps, so it can be written down, cut
 * short and played again. `a`, `b`, `c` choose among whatever is there when the step is played. Not fast-check's model
 * runs: those replay by a path through their generators, which ends with the next change of one, and are kept as no
 * file; their scheduler orders promises, while here everything is ordered by one virtual clock.
 */
import type { Random } from "../time/random.ts";

/** How often each is drawn. */
const WEIGHTS = {
  send: 14,
  note: 14,
  burst: 4,
  "resend-same-key": 4,
  "same-key-other-payload": 2,
  "same-key-other-person": 4,
  stop: 4,
  "create-session": 3,
  subscribe: 5,
  unsubscribe: 3,
  "load-earlier": 4,
  retry: 2,
  discard: 1,
  reconnect: 1,
  "open-tab": 3,
  "close-tab": 2,
  "kill-tab": 2,
  "tab-hidden": 2,
  "tab-visible": 2,
  "sign-in-as": 2,
  "device-storage": 1,
  sleep: 2,
  wake: 3,
  offline: 2,
  online: 3,
  "cut-connections": 3,
  "kill-hub": 3,
  "restart-hub": 2,
  "drain-hub": 2,
  "add-hub": 3,
  "pause-hub": 2,
  "slam-doors": 1,
  "storage-down": 2,
  "set-clock": 2,
  "take-backup": 2,
  "restore-backup": 2,
  "rebuild-projection": 2,
  "remove-session": 3,
  bar: 1,
} as const;

export type StepType = keyof typeof WEIGHTS;

export interface Step {
  readonly type: StepType;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** Virtual time that passes afterwards. */
  readonly thenMs: number;
}

/** What no history can do without. */
const ALWAYS: readonly StepType[] = ["send", "note", "subscribe", "open-tab", "wake", "online", "tab-visible"];

const MOST_STEPS = 140;

/** What comes last has nothing after it that would cover it up. */
const ENDINGS: readonly [readonly StepType[], ...(readonly StepType[])[]] = [
  ["subscribe", "send", "storage-down"],
  ["send", "send", "storage-down"],
  ["subscribe", "send", "kill-hub"],
  ["subscribe", "subscribe", "burst", "burst"],
  ["send", "cut-connections", "burst"],
  ["send", "stop"],
  ["subscribe", "note", "remove-session"],
  ["take-backup", "burst", "restore-backup"],
];

/** How long servers turn everybody away: as long as it takes to see who keeps knocking. */
export const SLAMMED_MS = 60_000;

export function drawScript(random: Random): readonly Step[] {
  const share = random.pick([0.3, 0.6, 1]);
  // CAST: the keys of the record are its names.
  const types = (Object.keys(WEIGHTS) as StepType[]).filter((type) => random.chance(share) || ALWAYS.includes(type));
  const total = types.reduce((sum, type) => sum + WEIGHTS[type], 0);
  // Most histories are short: many of them find more than a few long ones, and are easier to read.
  const length = random.chance(0.1) ? random.int(60, MOST_STEPS) : random.int(10, 60);
  const steps = Array.from({ length }, () => drawStep(random, drawType(random, types, total)));
  return random.chance(0.5) ? [...steps, ...drawEnding(random)] : steps;
}

/** All of it about the same tab and session. */
function drawEnding(random: Random): readonly Step[] {
  const { a, b } = drawStep(random, "note");
  const steps = random.pick(ENDINGS).map((type) => {
    // An outage has to last a while before everybody has given up.
    const most = type === "storage-down" ? 4_000 : 800;
    return { ...drawStep(random, type), a, b, thenMs: random.int(0, most) };
  });
  return random.chance(0.5) ? steps : [...steps, { ...drawStep(random, "note"), a, b, thenMs: 0 }];
}

function drawStep(random: Random, type: StepType): Step {
  const [a, b, c] = [random.int(0, 999), random.int(0, 999), random.int(0, 999)];
  return { type, a, b, c, thenMs: type === "slam-doors" ? SLAMMED_MS : drawPause(random) };
}

function drawType(random: Random, types: readonly StepType[], total: number): StepType {
  let rest = random.int(0, total - 1);
  for (const type of types) {
    rest -= WEIGHTS[type];
    if (rest < 0) return type;
  }
  return "note";
}

function drawPause(random: Random): number {
  if (random.chance(0.3)) return 0;
  if (random.chance(0.05)) return random.int(10_000, 60_000);
  return random.chance(0.3) ? random.int(500, 5_000) : random.int(1, 500);
}
