import { create } from "@bufbuild/protobuf";
import { TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../event/define-event.ts";
import { defineProjection, on } from "../projection/define-projection.ts";
import type { StoredEntity } from "../storage/contract.ts";
import { manualPlatform } from "../testing/manual-platform.ts";
import type { HubModule } from "./hub-module.ts";
import { alice, hubScene, notesOf, room, tableOf } from "./testing/hub-scene.ts";
import {
  erased,
  grown,
  Noted,
  noted,
  notesModule,
  notesProjection,
  remarked,
  settled,
  Tally,
  tallyProjection,
} from "./testing/notes-module.ts";
import { type ScriptedStorage, scriptedStorage } from "./testing/scripted-storage.ts";

const upgraded: HubModule = {
  ...notesModule(),
  projections: [defineProjection({ ...notesProjection, version: 2 }), tallyProjection],
};

/** A session whose log goes on after its checkpoint. */
async function writtenSession(): Promise<ScriptedStorage> {
  const storage = scriptedStorage();
  const { hub } = hubScene({ storage, checkpoint: { everyEvents: 3, idleMs: 1_000 } });
  await hub.publish(room, [noted("a", "x"), noted("b", "y", true), erased("a")]);
  await hub.publish(room, [grown("b", "z"), noted("c")]);
  return storage;
}

/** Rewrites the stored entities as an operator with an editor would. */
async function tamper(storage: ScriptedStorage, change: (entity: StoredEntity) => StoredEntity): Promise<void> {
  const loaded = await storage.load(room);
  if (loaded === null) throw new Error("nothing to tamper with");
  const head = { ...loaded.head, revision: "tampered" };
  const put = loaded.entities.map(change);
  await storage.commit({
    session: room,
    expect: loaded.head.revision,
    head,
    events: [],
    entities: { put, forget: [], replace: true },
  });
}

describe("loading", () => {
  it("L4 H32: entities of the checkpoint and the events after it give the live view, metadata included", async () => {
    const storage = scriptedStorage();
    const { hub } = hubScene({ storage, checkpoint: { everyEvents: 3, idleMs: 1_000 } });
    await hub.publish(room, [noted("a", "x"), noted("b", "y", true), erased("a")]);
    await hub.publish(room, [grown("b", "z"), noted("c")]);
    const [first, second] = storage.commits;
    expect([first?.head.projected, second?.head.projected]).toEqual([3n, 3n]);
    expect(second?.entities).toBeUndefined();
    expect(await tableOf(hubScene({ storage }).hub)).toEqual(await tableOf(hub));
  });

  it("H35 projects the events after the checkpoint alone", async () => {
    const storage = await writtenSession();
    const projected: bigint[] = [];
    const counted = defineProjection({
      ...notesProjection,
      on: notesProjection.on.map((handler) => ({
        ...handler,
        project: (event, view) => {
          projected.push(event.ordinal);
          return handler.project(event, view);
        },
      })),
    });
    const { hub } = hubScene({ storage, modules: [{ ...notesModule(), projections: [counted, tallyProjection] }] });
    expect((await tableOf(hub)).ordinal).toBe(5n);
    expect(projected).toEqual([4n, 5n]);
  });

  it("H35 H34 a load folds what lies after the checkpoint, a rebuild the whole log", async () => {
    const storage = await writtenSession();
    const seen: bigint[] = [];
    const counting = defineProjection({
      ...tallyProjection,
      on: [
        on(Noted, ({ ordinal }) => {
          seen.push(ordinal);
          return [];
        }),
      ],
    });
    const modules = [{ ...notesModule(), projections: [notesProjection, counting] }];
    const { hub, fanOut } = hubScene({ storage, modules });
    await tableOf(hub);
    expect(seen.splice(0)).toEqual([5n]);
    await hub.rebuild(room);
    expect(seen).toEqual([1n, 2n, 5n]);
    expect(fanOut.filter(({ type }) => type === "commit")).toEqual([]);
  });

  it("H30 a session that is read twice, or from another process, never goes back", async () => {
    const storage = await writtenSession();
    const { hub } = hubScene({ storage });
    const reads = [await tableOf(hub), await tableOf(hub), await tableOf(hubScene({ storage }).hub)];
    expect(reads.map(({ ordinal }) => ordinal)).toEqual([5n, 5n, 5n]);
  });

  it("long logs are replayed in pages, with a turn for others between them", async () => {
    const storage = scriptedStorage();
    const { hub } = hubScene({ storage, checkpoint: { everyEvents: 10_000, idleMs: 60_000 } });
    for (let page = 0; page < 6; page += 1) {
      await hub.publish(
        room,
        Array.from({ length: 200 }, () => remarked()),
      );
    }
    storage.calls.events = 0;
    const { hub: restarted, platform } = hubScene({ storage });
    let turns = 0;
    platform.yield = async () => {
      turns += 1;
    };
    expect((await tableOf(restarted)).ordinal).toBe(1_200n);
    expect([storage.calls.events, turns]).toEqual([3, 2]);
  });

  it("many entities are read in pieces, with a turn for others between them", async () => {
    const storage = scriptedStorage();
    const { hub } = hubScene({ storage, checkpoint: "always" });
    const notes = (page: number) => Array.from({ length: 200 }, (_, index) => noted(`n-${page}-${index}`));
    for (let page = 0; page < 3; page += 1) await hub.publish(room, notes(page));
    const { hub: restarted, platform } = hubScene({ storage });
    let turns = 0;
    platform.yield = async () => {
      turns += 1;
    };
    expect(await tableOf(restarted)).toEqual(await tableOf(hub));
    expect(turns).toBe(2);
  });

  it("a log with a hole is not served", async () => {
    const storage = await writtenSession();
    const { events } = storage;
    storage.events = async (session, query) => {
      const found = await events(session, query);
      return found === "gone" ? found : found.filter(({ ordinal }) => ordinal !== 4n);
    };
    const { hub } = hubScene({ storage });
    await expect(hub.snapshot({ principal: alice, session: room.session })).rejects.toMatchObject({
      code: "corrupt_data",
    });
  });
});

describe("a session that becomes another one while it is read", () => {
  /** Another process removes the session and begins it anew, after its head was read and before its events are. */
  async function overtaken(begin: readonly EventInput[]) {
    const storage = await writtenSession();
    const { events } = storage;
    storage.events = async (session, query) => {
      storage.events = events;
      await storage.remove(room);
      await hubScene({ storage, platform: manualPlatform({ idPrefix: "other" }) }).hub.publish(room, begin);
      return events(session, query);
    };
    return hubScene({ storage });
  }

  it("L10 F-D11 one that is shorter is not taken for damaged", async () => {
    const { hub, errors } = await overtaken([noted("new")]);
    expect(await notesOf(hub)).toEqual(["new:"]);
    expect(errors).toEqual([]);
  });

  it("L10 one whose events would fit is not mixed with the one before", async () => {
    const { hub } = await overtaken([1, 2, 3, 4, 5].map((number) => noted(`new-${number}`)));
    expect(await notesOf(hub)).toEqual([1, 2, 3, 4, 5].map((number) => `new-${number}:`));
  });
});

describe("what cannot be read", () => {
  it("H56 entities of a kind nobody registers any more are kept as they are, through a rebuild too", async () => {
    const storage = await writtenSession();
    const retired: HubModule = { ...notesModule(), kinds: [Tally], projections: [tallyProjection] };
    const { hub } = hubScene({ storage, modules: [retired] });
    const snapshot = await hub.snapshot({ principal: alice, session: room.session });
    const [note, tally] = [
      snapshot?.entities.find(({ id }) => id === "b"),
      snapshot?.entities.find(({ id }) => id === "all"),
    ];
    expect(note).toMatchObject({ opaque: true, kind: "Note", createdOrdinal: 2n });
    expect(tally).toMatchObject({ payload: { ordinal: 3n } });
    await hub.publish(room, [noted("d")]);
    await hub.drain();
    expect((await tableOf(hubScene({ storage, modules: [retired] }).hub)).entities).toEqual(
      (await tableOf(hub)).entities,
    );
  });

  it("H56 L12: one corrupt row is isolated, reported with its text, and the rest is intact", async () => {
    const storage = await writtenSession();
    await tamper(storage, (entity) => (entity.id === "b" ? { ...entity, payload: "{broken" } : entity));
    const { hub, errors } = hubScene({ storage });
    const { entities } = await tableOf(hub);
    expect(entities.map(({ id, payload }) => [id, typeof payload])).toEqual([
      ["all", "object"],
      ["b", "string"],
      ["c", "object"],
    ]);
    expect(errors).toMatchObject([
      { kind: "decode", subject: "Note/b", raw: "{broken", session: room },
      { kind: "projection", ordinal: 4n },
    ]);
  });

  it("L8: an event nobody knows, or nobody can decode, keeps its place in the log and projects nothing", async () => {
    const storage = await writtenSession();
    const { events } = storage;
    storage.events = async (session, query) => {
      const found = await events(session, query);
      if (found === "gone") return found;
      const strange = { 4: { name: "Retired" }, 5: { payload: "{broken" } } as Record<string, object>;
      return found.map((event) => ({ ...event, ...strange[`${event.ordinal}`] }));
    };
    const { hub, errors } = hubScene({ storage });
    expect(await notesOf(hub)).toEqual(["b:y"]);
    expect((await tableOf(hub)).ordinal).toBe(5n);
    expect(errors).toMatchObject([{ kind: "decode", subject: "Noted", ordinal: 5n, raw: "{broken" }]);
  });
});

describe("another view", () => {
  it("H36 H34 a new version rebuilds at load: one commit that replaces everything, nothing to fan out", async () => {
    const storage = await writtenSession();
    const before = await tableOf(hubScene({ storage }).hub);
    const commits = storage.commits.length;
    const { hub, fanOut } = hubScene({ storage, modules: [upgraded] });
    const after = await tableOf(hub);
    expect({ ...after, view: "" }).toEqual({ ...before, view: "" });
    expect(after.view).not.toBe(before.view);
    expect(storage.commits.slice(commits)).toMatchObject([
      { events: [], head: { ordinal: 5n, projected: 5n, view: after.view }, entities: { replace: true } },
    ]);
    expect(fanOut).toEqual([]);
    expect(await tableOf(hubScene({ storage, modules: [upgraded] }).hub)).toEqual(after);
  });

  it("H36 a rebuild on request shows the old view until the new one is stored, then everybody starts over", async () => {
    const storage = scriptedStorage();
    const { hub, attach, fanOut, pipeline } = hubScene({ storage });
    await hub.publish(room, [noted("a", "x"), erased("a"), noted("b")]);
    await attach();
    const before = await tableOf(hub);
    const release = storage.holdCommits();
    const rebuilt = hub.rebuild(room);
    await expect.poll(() => storage.calls.commit).toBe(2);
    expect(await tableOf(hub)).toEqual(before);
    release();
    await rebuilt;
    const after = await tableOf(hub);
    expect(after.entities).toEqual(before.entities);
    expect(after.view).not.toBe(before.view);
    expect(fanOut.at(-1)).toEqual({ type: "replaced" });
    expect(pipeline.at(-1)).toMatchObject({ mode: "rebuild", subscribers: 0, ordinal: 3n });
    expect(await hub.publish(room, [grown("b", "!")])).toMatchObject({ ordinal: 4n });
  });

  it("two versions in a rolling deploy do not rebuild each other in turn", async () => {
    const storage = scriptedStorage();
    const old = hubScene({ storage });
    await old.hub.publish(room, [noted("a", "", true)]);
    const fresh = hubScene({ storage, modules: [upgraded] });
    const { view } = await tableOf(fresh.hub);
    const rebuilt = storage.commits.length;
    await old.hub.publish(room, [grown("a", "1"), settled("a")]);
    await fresh.hub.publish(room, [grown("a", "2")]);
    await old.hub.publish(room, [grown("a", "3")]);
    await old.platform.advance(5_000);
    const later = storage.commits.slice(rebuilt);
    expect(later.filter(({ head, entities }) => head.view === view && entities !== undefined)).toEqual([]);
    expect((await storage.load(room))?.head).toMatchObject({ view, ordinal: 5n });
    expect(await notesOf(old.hub)).toEqual(["a:123"]);
    expect(await notesOf(fresh.hub)).toEqual(["a:12"]);
    await fresh.hub.publish(room, [remarked()]);
    expect(await notesOf(fresh.hub)).toEqual(["a:123"]);
  });

  it("a log whose beginning is gone keeps its entities under the new view, and says so", async () => {
    const storage = await writtenSession();
    const { load, events } = storage;
    const floor = 3n;
    storage.load = async (session) => {
      const loaded = await load(session);
      return loaded === null ? null : { ...loaded, head: { ...loaded.head, floor } };
    };
    storage.events = async (session, query) => (query.after < floor ? "gone" : events(session, query));
    const { hub, errors } = hubScene({ storage, modules: [upgraded] });
    expect(await notesOf(hub)).toEqual(["b:yz", "c:"]);
    expect(errors).toMatchObject([{ code: "gone", subject: "rebuild" }]);
    await expect(notesOf(hub, room.session, 4n)).rejects.toMatchObject({ code: "gone" });
  });
});

describe("the past", () => {
  it("H29 H26 asOf shows the state at an ordinal, clamped to the head", async () => {
    const storage = await writtenSession();
    const { hub } = hubScene({ storage });
    const history = await Promise.all([0n, 1n, 2n, 3n, 4n, 5n, 9n].map((asOf) => notesOf(hub, room.session, asOf)));
    expect(history).toEqual([[], ["a:x"], ["a:x", "b:y"], ["b:y"], ["b:yz"], ["b:yz", "c:"], ["b:yz", "c:"]]);
    const past = await tableOf(hub, room.session, 2n);
    expect(past).toMatchObject({ ordinal: 2n, tag: storage.commits[0]?.events[1]?.id });
    expect(await tableOf(hub, room.session, 9n)).toEqual(await tableOf(hub));
  });

  it("H29 what failed in the past is not reported again", async () => {
    const { hub, errors } = hubScene();
    await hub.publish(room, [noted("a", "poison"), noted("b")]);
    expect(await notesOf(hub, room.session, 1n)).toEqual([]);
    expect(errors).toHaveLength(1);
  });
});

it("records of a view are immutable: a reference to one stays what it was", async () => {
  const { hub } = hubScene();
  await hub.publish(room, [noted("a", "x")]);
  const captured = await hub.snapshot({ principal: alice, session: room.session });
  await hub.publish(room, [grown("a", "y")]);
  expect(captured?.entities.find(({ id }) => id === "a")?.payload).toEqual(
    create(TextAppendSchema, { field: "a", text: "x" }),
  );
});
