/** Owns what a step's numbers mean: which machine, tab, session or thread there is now. */
import type { Machine } from "../client/machine.ts";
import type { OpenThread, Tab } from "../client/tab.ts";
import type { World } from "../run/world.ts";
import type { Step } from "./step.ts";

export function choose<Item>(items: readonly Item[], choice: number): Item | undefined {
  return items[choice % Math.max(1, items.length)];
}

export function chooser(world: World) {
  const tab = ({ a }: Step): Tab | undefined => choose(world.tabs, a);
  return {
    tab,
    machine({ a }: Step): Machine {
      return choose(world.machines, a) ?? world.machines[0];
    },
    session({ b }: Step): string {
      return choose(world.sessions, b) ?? world.sessions[0];
    },
    thread(step: Step): OpenThread | undefined {
      return choose([...(tab(step)?.threads.values() ?? [])], step.b);
    },
  };
}

/** What comes of it is seen elsewhere. */
export function ignore(promise: Promise<unknown> | undefined): void {
  promise?.catch(() => undefined);
}
