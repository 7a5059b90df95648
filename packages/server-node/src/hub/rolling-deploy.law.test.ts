import fc from "fast-check";
import { expect, it } from "vitest";
import type { EventInput } from "../event/define-event.ts";
import { FoldClient } from "../fan-out/testing/fold-client.ts";
import { ScriptedSink } from "../fan-out/testing/scripted-sink.ts";
import { defineProjection, on, put } from "../projection/define-projection.ts";
import type { SharedMessageStorage } from "../storage/contract.ts";
import { sharedMemoryStorage } from "../storage/memory/shared-memory-storage.ts";
import type { HubModule } from "./hub-module.ts";
import { hubFleet } from "./testing/hub-fleet.ts";
import { alice, attachRequest, room, tableOf } from "./testing/hub-scene.ts";
import {
  erased,
  grown,
  Note,
  Noted,
  noted,
  notesModule,
  notesProjection,
  settled,
  tallyProjection,
} from "./testing/notes-module.ts";

/** The next release shows notes in capitals. */
const loudNotes = defineProjection({
  ...notesProjection,
  version: 2,
  on: [
    on(Noted, ({ payload }) => [put(Note, payload.field, { ...payload, text: payload.text.toUpperCase() })]),
    ...notesProjection.on.slice(1),
  ],
});
const RELEASES: readonly HubModule[] = [notesModule(), { ...notesModule(), projections: [loudNotes, tallyProjection] }];

const STEPS = 50;
const note = fc.constantFrom("a", "b", "c");
const anEvent = fc.oneof(
  fc.tuple(note, fc.constantFrom("x", "y")).map((written) => () => noted(...written)),
  note.map((id) => () => grown(id, "z")),
  note.map((id) => () => settled(id)),
  note.map((id) => () => erased(id)),
);
type Step = { readonly release: number } & (
  | { readonly do: "publish"; readonly events: readonly (() => EventInput)[] }
  | { readonly do: "write"; readonly id: string }
  | { readonly do: "read" | "watch" | "wait" }
);
const release = fc.nat({ max: 1 });
const aStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("publish" as const),
    release,
    events: fc.array(anEvent, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ do: fc.constant("write" as const), release, id: fc.constantFrom("c-1", "c-2", "c-3") }),
  fc.record({ do: fc.constantFrom("read" as const, "watch" as const, "wait" as const), release }),
);

function counting(storage: SharedMessageStorage) {
  let rebuilds = 0;
  const counted: SharedMessageStorage = {
    ...storage,
    commit(commit) {
      if (commit.entities?.replace) rebuilds += 1;
      return storage.commit(commit);
    },
  };
  return { storage: counted, rebuilds: () => rebuilds };
}

it("F-E3 two releases on one storage both serve, and do not rebuild each other's entities in turn", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: STEPS, maxLength: STEPS }), async (steps) => {
      const fleet = hubFleet();
      const { storage, rebuilds } = counting(sharedMemoryStorage(fleet.memory));
      const checkpoint = { everyEvents: 4, idleMs: 1_000 };
      const members = RELEASES.map((module) => fleet.start([module], { storage, checkpoint }));
      const sinks: { readonly release: number; readonly sink: ScriptedSink }[] = [];
      for (const step of steps) {
        const hub = members[step.release]?.hub;
        if (hub === undefined) throw new Error("There are two releases");
        switch (step.do) {
          case "publish":
            expect(
              await hub.publish(
                room,
                step.events.map((make) => make()),
              ),
            ).toMatchObject({ status: "committed" });
            break;
          case "write": {
            const command = { principal: alice, session: room.session, command: "WriteNote", id: step.id };
            await hub.submit({ ...command, payload: { field: step.id, text: "w" } });
            break;
          }
          case "read":
            await tableOf(hub);
            break;
          case "watch": {
            const sink = new ScriptedSink();
            await hub.attach(alice, attachRequest({ sink }));
            sinks.push({ release: step.release, sink });
            break;
          }
          case "wait":
            await fleet.clock.advance(1_200);
        }
      }
      await fleet.clock.advance(10_000);
      expect(rebuilds(), "whoever loads second rebuilds once").toBeLessThanOrEqual(1);

      const log = await fleet.storage.events(room, { after: 0n, limit: 10_000 });
      if (log === "gone") throw new Error("the log is there");
      expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index + 1)));
      // What nobody can append to is skipped, by each release for itself; nothing else goes wrong.
      expect(members.flatMap(({ errors }) => errors).filter(({ kind }) => kind !== "projection")).toEqual([]);
      for (const [index, module] of RELEASES.entries()) {
        const live = members[index];
        const expected = (await tableOf(fleet.start([module]).hub)).entities;
        if (live !== undefined) expect((await tableOf(live.hub)).entities).toEqual(expected);
        for (const { sink } of sinks.filter((watched) => watched.release === index)) {
          const client = new FoldClient();
          for (const frame of sink.frames()) client.receive(frame);
          expect(client.violations).toEqual([]);
          expect(client.timeline().map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        }
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);
