/** Owns the two lanes of these tests: the test command's, and `npm run fleet:long`. */

/** Whether this is `npm run fleet:long`: more of everything, the hub's own times, figures. */
export const LONG = process.env.FLEET_LONG === "1";

/** Not a promise: a bound for what hangs, wide enough for a machine that does much else. */
export const WITHIN = { timeout: LONG ? 600_000 : 90_000, interval: 20 };
/** Of a whole scenario. */
export const SCENARIO_MS = LONG ? 3_600_000 : 180_000;

/** What the long lane prints; the test command has nothing to say about time. */
export function tell(what: string, figures: Readonly<Record<string, number>>): void {
  if (!LONG) return;
  const written = Object.entries(figures).map(([name, value]) => `${name} ${Math.round(value).toLocaleString("en")}`);
  process.stdout.write(`${what}: ${written.join(", ")}\n`);
}
