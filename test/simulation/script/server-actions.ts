/** What happens to servers and to what they store, and what their own code publishes. */
import { type NoteChange, noteEvent } from "../../live-equals-reload/notes-module.ts";
import type { World } from "../run/world.ts";
import { watermark } from "../server/watermark.ts";
import { choose, chooser, ignore } from "./choice.ts";
import type { Action } from "./perform.ts";
import type { Step } from "./step.ts";

export function serverActions(world: World) {
  const the = chooser(world);
  const { faults, shared, permissions } = world.surroundings;
  const keyOf = (step: Step) => world.keyOf(the.machine(step), the.session(step));

  function publish(step: Step, count: number): void {
    const session = keyOf(step);
    const server = world.balance(step.c);
    for (let index = 0; index < count; index += 1) {
      const change = noteChange(step.c + index * 37, watermark(session));
      ignore(server?.hub.publish(session, [noteEvent(change)]));
    }
  }

  return {
    note: (step) => publish(step, 1),
    burst: (step) => publish(step, 2 + (step.c % 6)),
    "kill-hub"(step) {
      choose(world.hubs, step.b)?.kill(step.c % 3 === 0);
      if (world.balance(0) === null && step.c % 4 !== 0) world.startHub();
    },
    "pause-hub"(step) {
      const hub = world.balance(step.b);
      hub?.sleep();
      world.surroundings.clock.after(step.c * 40, () => hub?.wake());
    },
    "restart-hub"() {
      for (const hub of world.hubs) hub.leave();
      world.startHub();
    },
    "drain-hub": (step) => choose(world.hubs, step.b)?.leave(),
    "add-hub"() {
      if (shared && world.hubs.length < 3) world.startHub();
    },
    "storage-down": (step) => world.failStorage(step.c * 20),
    "slam-doors": () => world.slamDoors(),
    "set-clock"(step) {
      if (!faults.names.includes("skew")) return;
      if (step.b % 2 === 0) the.machine(step).setClock((step.c - 500) * 1e7);
      else choose(world.hubs, step.a)?.skew((step.c - 500) * 7_200);
    },
    "take-backup": () => world.takeBackup(),
    "restore-backup"(step) {
      // Life goes on before everybody is back.
      if (world.restoreBackup()) publish(step, step.a % 9);
    },
    "rebuild-projection": (step) => ignore(world.balance(step.c)?.hub.rebuild(keyOf(step))),
    "remove-session"(step) {
      ignore(world.balance(step.c)?.hub.remove(the.machine(step).principal, the.session(step)));
      publish(step, step.c % 9);
    },
    bar(step) {
      // Or nobody tells the servers, and they find out.
      const told = step.c % 2 === 0 ? world.balance(step.c) : null;
      permissions.bar(the.machine(step).principal, keyOf(step), told);
    },
  } satisfies Record<string, Action>;
}

function noteChange(choice: number, mark: string): NoteChange {
  const id = `n${choice % 7}`;
  switch (choice % 11) {
    case 0:
      return { type: "remove", id };
    case 1:
      return { type: "poison", id };
    case 2:
    case 3:
    case 4:
    case 5:
      return { type: "grow", id, text: "é🙂x ".repeat(1 + (choice % 5)) };
    default: {
      const text = `${mark}${"é🙂x".repeat(choice % 9)}`;
      return { type: "write", id, text, open: choice % 3 === 0, twin: choice % 5 === 0 };
    }
  }
}
