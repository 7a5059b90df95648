import { create } from "@bufbuild/protobuf";
import { PongFrameSchema, type TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import {
  append,
  defineProjection,
  type EntityWrite,
  on,
  type Project,
  put,
  remove,
} from "../projection/define-projection.ts";
import type { HubModule } from "./hub-module.ts";
import { hubScene, notesOf, room, tableOf } from "./testing/hub-scene.ts";
import {
  erased,
  grown,
  Note,
  Noted,
  noted,
  notesModule,
  notesProjection,
  POISON,
  remarked,
  settled,
  Tally,
  tallyProjection,
} from "./testing/notes-module.ts";

/** The notes module with a notes projection of which `Noted` is handled by `project`. */
function notesBy(project: Project<typeof TextAppendSchema>, version = 1): HubModule {
  const faulty = defineProjection({ ...notesProjection, version, on: [on(Noted, project)] });
  return { ...notesModule(), projections: [faulty, tallyProjection] };
}

describe("output of a projection", () => {
  // CAST: what a projection without types might return.
  const outputs: readonly [string, readonly EntityWrite[]][] = [
    ["no array", Promise.resolve([]) as never],
    ["something that is no write", [{ op: "put" }] as never],
    ["an entity without an id", [put(Note, "", {})]],
    ["a payload of another type", [{ ...put(Note, "a", {}), payload: create(PongFrameSchema) } as never]],
    ["a field of a wrong type", [put(Note, "a", { text: 7 as never })]],
    ["a text with half a character", [put(Note, "a", { text: "\ud800" })]],
    ["a kind it did not declare", [put(Note, "a", {}), put(Tally, "all", {})]],
    ["an append to nothing", [append(Note, "none", "text", "x")]],
    ["an append to what is no text", [put(Note, "a", {}), append(Note, "a", "offset" as never, "x")]],
    ["an append of half a character", [put(Note, "a", {}), append(Note, "a", "text", "\udc00")]],
    ["an append that sets its own field", [put(Note, "a", {}), append(Note, "a", "text", "x", { text: "y" })]],
    [
      "an append that sets an unknown field",
      [put(Note, "a", {}), append(Note, "a", "text", "x", { colour: 1 } as never)],
    ],
    [
      "an append that sets a wrong type",
      [put(Note, "a", {}), append(Note, "a", "text", "x", { offset: "1" as never })],
    ],
  ];
  it.each(outputs)("H05 %s is a projection error, and nothing of it is taken", async (_, writes) => {
    const { hub, errors, storage } = hubScene({ modules: [notesBy(() => writes)] });
    await hub.publish(room, [noted("a")]);
    const { entities } = await tableOf(hub);
    expect(entities.map(({ kind }) => kind)).toEqual(["Tally"]);
    expect(storage.commits[0]?.events[0]).toMatchObject({ skippedBy: ["notes@1"] });
    expect(errors).toMatchObject([{ kind: "projection", subject: "notes@1", code: "invalid_entity" }]);
  });

  it("H07 a projection that changes what the view lends it fails instead", async () => {
    const { hub, errors } = hubScene({
      modules: [
        notesBy(({ payload }, view) => {
          const before = view.get(Note, "a");
          if (before === undefined) return [put(Note, "a", payload)];
          before.payload.text = "changed under everybody";
          return [];
        }),
      ],
    });
    await hub.publish(room, [noted("a", "as it was"), noted("a", "later")]);
    expect(await notesOf(hub)).toEqual(["a:as it was"]);
    expect(errors).toMatchObject([{ kind: "projection", ordinal: 2n }]);
  });
});

describe("a projection that throws", () => {
  it("H18 skip: the event is stored and says who skipped it, the others' entities are there", async () => {
    const { hub, storage, errors, fanOut } = hubScene();
    const result = await hub.publish(room, [noted("a", POISON), noted("b")]);
    expect(result).toMatchObject({ status: "committed", ordinal: 2n });
    expect(storage.commits[0]?.events.map(({ skippedBy }) => skippedBy)).toEqual([["notes@1"], undefined]);
    expect((await tableOf(hub)).entities.map(({ kind, id }) => [kind, id])).toEqual([
      ["Tally", "all"],
      ["Note", "b"],
    ]);
    expect(fanOut).toMatchObject([{ change: { events: [{ name: "Noted" }, { name: "Noted" }] } }]);
    expect(errors).toMatchObject([
      {
        kind: "projection",
        subject: "notes@1",
        ordinal: 1n,
        session: room,
        metadata: { event: "Noted", mode: "live" },
      },
    ]);
  });

  it("H17 reject: the publisher is told, nothing is stored, the view stays", async () => {
    const { hub, storage, errors } = hubScene({ projectionErrors: "reject" });
    await hub.publish(room, [noted("z")]);
    const refused = hub.publish(room, [noted("a"), noted("b", POISON)]);
    await expect(refused).rejects.toMatchObject({ code: "projection_failed" });
    expect(storage.commits).toHaveLength(1);
    expect(await notesOf(hub)).toEqual(["z:"]);
    expect(errors).toMatchObject([{ kind: "projection", subject: "notes@1" }]);
  });

  it("H17 reject takes back one unit of a batch and leaves the others", async () => {
    const { hub, storage, platform } = hubScene({ projectionErrors: "reject" });
    const release = storage.holdCommits();
    const first = hub.publish(room, [noted("z")]);
    await platform.settle();
    const units = [
      hub.publish(room, [noted("a")]),
      hub.publish(room, [grown("a", "!"), grown("a", "!"), noted("b"), erased("z"), noted("c", POISON)]),
      hub.publish(room, [grown("a", "?")]),
    ];
    release();
    await first;
    const results = await Promise.allSettled(units);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await notesOf(hub)).toEqual(["z:", "a:?"]);
    expect(storage.commits[1]?.events.map(({ ordinal }) => ordinal)).toEqual([2n, 3n]);
  });

  it("L12 H20 one feature's fault never takes another's entities", async () => {
    const { hub } = hubScene();
    await hub.publish(room, [noted("a", POISON)]);
    await hub.publish(room, [noted("b")]);
    const { entities } = await tableOf(hub);
    expect(entities.find(({ kind }) => kind === "Tally")?.payload).toMatchObject({ ordinal: 2n });
  });

  it("H33 a skip is honoured by replay of that version, and made good by the next version's rebuild", async () => {
    const first = hubScene({ projectionErrors: "skip" });
    await first.hub.publish(room, [noted("a", POISON), noted("b")]);
    const { storage } = first;
    let calls = 0;
    const mended = (version: number) =>
      notesBy(({ payload }) => {
        calls += 1;
        return [put(Note, payload.field, payload)];
      }, version);
    const same = hubScene({ storage, modules: [mended(1)] });
    expect(await notesOf(same.hub)).toEqual(["b:"]);
    expect(calls).toBe(1);
    const fixed = hubScene({ storage, modules: [mended(2)] });
    expect(await notesOf(fixed.hub)).toEqual([`a:${POISON}`, "b:"]);
  });
});

describe("what a write does to an entity", () => {
  it("H24 createdOrdinal and order stay while an entity changes", async () => {
    const { hub } = hubScene();
    await hub.publish(room, [noted("a"), noted("b")]);
    for (const text of ["1", "2", "3"]) await hub.publish(room, [grown("a", text)]);
    const { entities } = await tableOf(hub);
    expect(entities.map(({ id, createdOrdinal, lastEventOrdinal }) => [id, createdOrdinal, lastEventOrdinal])).toEqual([
      ["a", 1n, 5n],
      ["all", 1n, 2n],
      ["b", 2n, 2n],
    ]);
  });

  it("H25 an unchanged write is no change; a change of text or openness moves lastEventOrdinal", async () => {
    const { hub, fanOut } = hubScene();
    await hub.publish(room, [noted("a", "x", true)]);
    const last = async () => (await tableOf(hub)).entities.find(({ kind }) => kind === "Note")?.lastEventOrdinal;
    await hub.publish(room, [grown("a", "")]);
    expect(await last()).toBe(1n);
    await hub.publish(room, [noted("a", "x", true)]);
    expect(await last()).toBe(1n);
    const [, , third] = fanOut;
    expect(third).toMatchObject({ change: { deltas: [{ after: { kind: { kind: "Tally" } } }] } });
    await hub.publish(room, [settled("a")]);
    expect(await last()).toBe(4n);
    await hub.publish(room, [settled("a")]);
    expect(await last()).toBe(4n);
  });

  it("H26 H27 a removed entity is remembered, and put again it is a new one at the end", async () => {
    const { hub, fanOut } = hubScene();
    await hub.publish(room, [noted("a", "first"), noted("b")]);
    await hub.publish(room, [erased("a")]);
    const [removal] = fanOut.flatMap((call) => (call.type === "commit" ? call.reader.removals() : []));
    expect(removal).toMatchObject({ kind: "Note", id: "a", createdOrdinal: 1n, lastEventOrdinal: 3n });
    expect(await notesOf(hub)).toEqual(["b:"]);
    await hub.publish(room, [noted("a", "second")]);
    expect(await notesOf(hub)).toEqual(["b:", "a:second"]);
    expect((await tableOf(hub)).entities.at(-1)).toMatchObject({ id: "a", createdOrdinal: 4n });
  });

  it("H28 siblings of one event keep the order of their projections", async () => {
    const { hub } = hubScene();
    await hub.publish(room, [noted("b"), noted("a")]);
    expect(
      (await tableOf(hub)).entities.map(({ id, createdOrdinal, createdIndex }) => [id, createdOrdinal, createdIndex]),
    ).toEqual([
      ["b", 1n, 0],
      ["all", 1n, 1],
      ["a", 2n, 0],
    ]);
  });

  it("an entity remembers the command that created it, whatever changes it later", async () => {
    const { hub, write } = hubScene();
    await write("c-1", "a");
    await hub.publish(room, [noted("a", "rewritten")]);
    await write("c-2", "b");
    const notes = (await tableOf(hub)).entities.filter(({ kind }) => kind === "Note");
    expect(notes.map(({ commandId }) => commandId)).toEqual(["c-1", "c-2"]);
  });

  it("appends are told as such only while nothing else happened to their field", async () => {
    const { hub, fanOut } = hubScene({
      modules: [
        notesBy(({ payload }, view) => {
          if (view.get(Note, "a") === undefined) return [put(Note, "a", payload)];
          const rewrite = append(Note, "a", "field", "!", { text: "rewritten" });
          return [append(Note, "a", "text", " two"), ...(payload.text === "rewrite" ? [rewrite] : [])];
        }),
      ],
    });
    for (const text of ["one", "append", "rewrite"]) await hub.publish(room, [noted("a", text)]);
    const appends = fanOut.map((call) => (call.type === "commit" ? call.change.deltas[0]?.appends : null));
    expect(appends).toEqual([[], [{ field: "text", offset: 3, text: " two" }], []]);
    expect(await notesOf(hub)).toEqual(["a:rewritten"]);
  });

  it("removing what is not there, or creating and removing in one commit, changes nothing", async () => {
    const { hub, fanOut } = hubScene();
    await hub.publish(room, [erased("ghost")]);
    await hub.publish(room, [remarked(), grown("ghost", "x")]).catch(() => undefined);
    await hub.publish(room, [noted("a"), erased("a")]);
    const ids = fanOut.map((call) => (call.type === "commit" ? call.change.deltas.map(({ after }) => after?.id) : []));
    expect(ids).toEqual([[], [], ["all"]]);
  });

  it("what a batch shows to a later unit is what it did so far", async () => {
    const { hub, write, storage, platform } = hubScene();
    const release = storage.holdCommits();
    const first = hub.publish(room, [noted("a"), noted("z")]);
    await platform.settle();
    const moved = hub.publish(room, [erased("a"), noted("b", "", true)]);
    const decided = write("c-1", "c");
    await platform.settle();
    const guarded = hub.publish(room, [remarked()], {
      guard: (view) =>
        view
          .list(Note)
          .map(({ id }) => id)
          .join() === "z,b,c" && view.listOpen(Note).length === 1,
    });
    release();
    await Promise.all([first, moved]);
    expect(await decided).toMatchObject({ outcome: { notes: 3 } });
    expect(await guarded).toMatchObject({ status: "committed" });
  });

  it("`remove` is a write like others: only the kind's own projection may", async () => {
    const { hub, errors } = hubScene({ modules: [notesBy(() => [remove(Tally, "all")])] });
    await hub.publish(room, [noted("a")]);
    expect(errors).toMatchObject([{ kind: "projection", code: "invalid_entity" }]);
  });
});
