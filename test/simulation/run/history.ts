/**
 * Owns one history: a world made of a seed, its steps under faults, then the faults end and within a minute everybody
 * has to agree (I8). What must always hold is checked after each step.
 */
import { createPerformer } from "../script/perform.ts";
import { drawScript, type Step } from "../script/step.ts";
import { createRandom } from "../time/random.ts";
import { drawFaults } from "./faults.ts";
import { settle } from "./settle.ts";
import { createJudge, type Violation } from "./violation.ts";
import { World } from "./world.ts";

export interface HistoryOptions {
  readonly seed: number;
  /** Instead of the seed's own. */
  readonly steps?: readonly Step[];
  /** Hears every step and frame. */
  readonly write?: (line: string) => void;
}

export interface HistoryResult {
  readonly violation: Violation | null;
  readonly steps: readonly Step[];
  /** Of the last step that was played. */
  readonly played: number;
}

export async function playHistory({ seed, steps, write }: HistoryOptions): Promise<HistoryResult> {
  const random = createRandom(`history ${seed}`);
  const faults = drawFaults(random.fork("faults"));
  const script = steps ?? drawScript(random.fork("script"));
  const judge = createJudge(write ?? null);
  const world = new World(random, faults, judge);
  const perform = createPerformer(world);
  const { clock } = world.surroundings;
  const stop = () => judge.violation !== null;
  judge.tell(
    () =>
      `seed ${seed}: ${script.length} steps, ${world.machines.length} machines, sessions ${world.sessions.join(" ")}, faults ${faults.names.join(" ")}`,
  );

  let played = 0;
  for (const step of script) {
    if (stop()) break;
    judge.tell(() => `[${played + 1}] at ${clock.now.toFixed(0)} ms`);
    perform(step);
    world.answerers?.look(false);
    await clock.advance(step.thenMs, stop);
    check(world);
    played += 1;
  }
  if (!stop()) {
    judge.tell(() => `the faults end at ${clock.now.toFixed(0)} ms`);
    faults.heal();
    await settle(world, stop);
    check(world);
  }
  return { violation: judge.violation, steps: script, played };
}

function check(world: World): void {
  const { judge, settings } = world.surroundings;
  for (const tab of world.tabs) {
    tab.check();
    const sockets = world.linksOf(tab).length;
    if (sockets > 1) judge.violate("F-C14", `${tab.name} has ${sockets} sockets open`);
  }
  for (const { outbox } of world.machines) outbox?.watch.check();
  world.promises.check();
  for (const hub of world.hubs) {
    for (const bytes of hub.queuedBytes) {
      // Answers to requests are no subject of the bound; they are small, and stop when nobody reads.
      const most = settings.maxQueuedBytes + settings.maxFrameBytes + 4_000;
      if (bytes > most) judge.violate("I9", `${bytes} bytes wait in a connection of ${hub.name}, at most ${most} may`);
    }
  }
}
