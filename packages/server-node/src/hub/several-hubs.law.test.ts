import fc from "fast-check";
import { expect, it } from "vitest";
import type { EventInput } from "../event/define-event.ts";
import { FoldClient, type FoldedEntity } from "../fan-out/testing/fold-client.ts";
import { ScriptedSink } from "../fan-out/testing/scripted-sink.ts";
import { type FleetMember, type HubFleet, hubFleet } from "./testing/hub-fleet.ts";
import { alice, attachRequest, room, tableOf } from "./testing/hub-scene.ts";
import { erased, grown, noted, notesModule, settled } from "./testing/notes-module.ts";

type Act =
  | { readonly do: "write"; readonly hub: number; readonly id: string; readonly note: string }
  | { readonly do: "publish"; readonly hub: number; readonly events: readonly (() => EventInput)[] }
  | { readonly do: "pause"; readonly hub: number }
  | { readonly do: "resume"; readonly hub: number }
  | { readonly do: "watch"; readonly hub: number }
  | { readonly do: "wait"; readonly ms: number };

const hub = fc.nat({ max: 2 });
const note = fc.constantFrom("a", "b", "c");
const text = fc.string({ maxLength: 4, unit: "grapheme" });
const anEvent = fc.oneof(
  fc.tuple(note, text, fc.boolean()).map((written) => () => noted(...written)),
  fc.tuple(note, text).map((appended) => () => grown(...appended)),
  note.map((id) => () => settled(id)),
  note.map((id) => () => erased(id)),
);
const anAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      hub,
      id: fc.constantFrom("c-1", "c-2", "c-3", "c-4", "c-5"),
      note,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      hub,
      events: fc.array(anEvent, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pause" as const), hub }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("resume" as const), hub }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("watch" as const), hub }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 30, 1_200, 5_000) }) },
);
/** What becomes of each ring: lost, or its copies with their delays. */
const aFate = fc.array(fc.constantFrom(0, 0, 40, 900, 4_000), { maxLength: 3 });

interface Watcher {
  readonly member: FleetMember;
  timeline(): readonly FoldedEntity[];
}

async function watch(member: FleetMember): Promise<Watcher> {
  const sink = new ScriptedSink();
  await member.hub.attach(alice, attachRequest({ sink }));
  return {
    member,
    timeline() {
      const client = new FoldClient();
      for (const frame of sink.frames()) client.receive(frame);
      expect(client.violations).toEqual([]);
      return client.timeline();
    },
  };
}

async function play(fleet: HubFleet, members: readonly FleetMember[], acts: readonly Act[]): Promise<Watcher[]> {
  const watchers: Watcher[] = [];
  for (const act of acts) {
    if (act.do === "wait") {
      await fleet.clock.advance(act.ms);
      continue;
    }
    const member = members[act.hub % members.length];
    if (member === undefined) continue;
    switch (act.do) {
      case "pause":
        member.pause();
        break;
      case "resume":
        member.resume();
        break;
      case "watch":
        void watch(member).then((watcher) => watchers.push(watcher));
        break;
      case "publish": {
        const events = act.events.map((make) => make());
        member.hub.publish(room, events).catch(() => undefined);
        break;
      }
      case "write": {
        const command = { principal: alice, session: room.session, command: "WriteNote", id: act.id };
        member.hub.submit({ ...command, payload: { field: act.note } }).catch(() => undefined);
        break;
      }
    }
  }
  return watchers;
}

it("L4: F-B5 whatever hubs do and whatever rings are lost, doubled or late, every view becomes the fold of the log", async () => {
  const plan = [
    fc.integer({ min: 2, max: 3 }),
    fc.array(anAct, { minLength: 3, maxLength: 30 }),
    fc.array(aFate),
  ] as const;
  await fc.assert(
    fc.asyncProperty(...plan, async (hubs, acts, fates) => {
      const fleet = hubFleet();
      const left = [...fates];
      fleet.doorbell.fate = (notice) => (notice.type === "head" ? (left.shift() ?? []) : [0]);
      const checkpoint = { everyEvents: 4, idleMs: 1_000 };
      const members = Array.from({ length: hubs }, () => fleet.start([notesModule()], { checkpoint }));
      const watchers = await play(fleet, members, acts);
      for (const member of members) member.resume();
      await fleet.clock.advance(10_000);

      const log = await fleet.storage.events(room, { after: 0n, limit: 10_000 });
      if (log === "gone") throw new Error("the log is there");
      expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index + 1)));
      const commands = log.flatMap(({ commandId }) => commandId ?? []);
      expect(new Set(commands).size).toBe(commands.length);

      const fresh = fleet.start([notesModule()]);
      const expected = (await watch(fresh)).timeline();
      for (const watcher of watchers) expect(watcher.timeline()).toEqual(expected);
      await fresh.hub.rebuild(room);
      const { entities } = await tableOf(fresh.hub);
      for (const { hub } of members) expect((await tableOf(hub)).entities).toEqual(entities);
      await Promise.all([...members, fresh].map((member) => member.hub.close()));
    }),
    { numRuns: 120 },
  );
}, 120_000);
