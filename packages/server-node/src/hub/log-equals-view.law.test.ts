import fc from "fast-check";
import { expect, it } from "vitest";
import type { EventInput } from "../event/define-event.ts";
import type { StoredEvent } from "../storage/contract.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { type HubScene, hubScene, room, tableOf } from "./testing/hub-scene.ts";
import { erased, grown, noted, POISON, remarked, settled } from "./testing/notes-module.ts";
import { type CommitFault, scriptedStorage } from "./testing/scripted-storage.ts";

type Act =
  | { readonly do: "write"; readonly hub: 0 | 1; readonly id: string; readonly note: string }
  | { readonly do: "publish"; readonly hub: 0 | 1; readonly events: readonly (() => EventInput)[] }
  | { readonly do: "fail"; readonly hub: 0 | 1; readonly fault: CommitFault }
  | { readonly do: "wait"; readonly ms: number };

const hub = fc.constantFrom<0 | 1>(0, 1);
const note = fc.constantFrom("a", "b", "c");
const text = fc.string({ maxLength: 4, unit: "grapheme" });
/** Made anew for each run: a published message belongs to the log. */
const anEvent = fc.oneof(
  fc.tuple(note, text, fc.boolean()).map((written) => () => noted(...written)),
  fc.tuple(note, text).map((appended) => () => grown(...appended)),
  note.map((id) => () => settled(id)),
  note.map((id) => () => erased(id)),
  fc.constant(() => noted("a", POISON)),
  fc.constant(() => remarked()),
);
const events = fc.array(anEvent, { minLength: 1, maxLength: 3 });
const id = fc.constantFrom("c-1", "c-2", "c-3", "c-4", "c-5");
const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("write" as const), hub, id, note }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("publish" as const), hub, events }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("fail" as const), hub, fault: fc.constantFrom("lost", "failed") }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 1_200) }) },
);

/** Two processes on one storage, each with its own clock and ids. */
function twoProcesses() {
  const contents = new Map();
  const process = (name: string) => {
    const scene = hubScene({
      storage: scriptedStorage(memoryStorage(contents)),
      checkpoint: { everyEvents: 4, idleMs: 1_000 },
    });
    const { randomId } = scene.platform;
    scene.platform.randomId = () => `${name}-${randomId()}`;
    return scene;
  };
  return { processes: [process("p0"), process("p1")] as const, restarted: () => process("p2") };
}

async function play(processes: readonly [HubScene, HubScene], acts: readonly Act[]): Promise<Map<string, Set<string>>> {
  const outcomes = new Map<string, Set<string>>();
  const running: Promise<unknown>[] = [];
  const advance = (ms: number) => Promise.all(processes.map(({ platform }) => platform.advance(ms)));
  for (const act of acts) {
    if (act.do === "wait") await advance(act.ms);
    else if (act.do === "fail") processes[act.hub].storage.faults.push(act.fault);
    else if (act.do === "publish")
      running.push(
        processes[act.hub].hub.publish(
          room,
          act.events.map((make) => make()),
        ),
      );
    else {
      const written = processes[act.hub].write(act.id, act.note).then(({ outcome }) => {
        const known = outcomes.get(act.id) ?? new Set();
        outcomes.set(act.id, known.add(JSON.stringify([act.note, outcome])));
      });
      running.push(written);
    }
    for (const one of running) one.catch(() => undefined);
  }
  for (const { storage } of processes) storage.faults.length = 0;
  await advance(20_000);
  await Promise.allSettled(running);
  return outcomes;
}

async function logOf({ storage }: HubScene): Promise<readonly StoredEvent[]> {
  const found = await storage.events(room, { after: 0n, limit: 10_000 });
  return found === "gone" ? [] : found;
}

it("L4: whatever two processes do at once, the log is dense, each command is in it once, and every view is its fold", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anAct, { minLength: 1, maxLength: 25 }), async (acts) => {
      const { processes, restarted } = twoProcesses();
      const outcomes = await play(processes, acts);
      const log = await logOf(processes[0]);
      expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index + 1)));
      expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
      const commands = log.flatMap(({ commandId }) => commandId ?? []);
      expect(new Set(commands).size).toBe(commands.length);
      expect(new Set(outcomes.keys())).toEqual(new Set(commands));
      for (const told of outcomes.values()) expect(told.size).toBe(1);

      // Each process follows the other when it next commits; what it shows is what a new process loads.
      for (const process of processes) {
        await process.hub.publish(room, [remarked()]);
        expect(await tableOf(process.hub)).toEqual(await tableOf(restarted().hub));
      }
      const live = await tableOf(processes[1].hub);
      const folded = restarted();
      await folded.hub.rebuild(room);
      expect((await tableOf(folded.hub)).entities).toEqual(live.entities);
    }),
    { numRuns: 80 },
  );
}, 60_000);
