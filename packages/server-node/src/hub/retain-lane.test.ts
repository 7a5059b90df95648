import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineProjection } from "../projection/define-projection.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { sharedMemory, sharedMemoryStorage } from "../storage/memory/shared-memory-storage.ts";
import type { HubModule } from "./hub-module.ts";
import { notesOf, room, tableOf } from "./testing/hub-scene.ts";
import { follow, maintainedScene } from "./testing/maintained-scene.ts";
import {
  erased,
  grown,
  noted,
  notesModule,
  notesProjection,
  settled,
  tallyProjection,
} from "./testing/notes-module.ts";
import { scriptedStorage } from "./testing/scripted-storage.ts";

const upgraded: HubModule = {
  ...notesModule(),
  projections: [defineProjection({ ...notesProjection, version: 2 }), tallyProjection],
};

const HISTORY = [
  [noted("a", "x"), noted("b", "y", true)],
  [grown("b", "z"), erased("a")],
  [noted("c"), settled("b"), noted("a", "again")],
];

async function written(storage = memoryStorage()) {
  const scene = maintainedScene(storage);
  for (const events of HISTORY) await scene.hub.publish(room, events);
  return { ...scene, storage };
}

describe("retention", () => {
  it("H57 shortens the log without changing what the session shows, here and after a restart", async () => {
    const { hub, storage } = await written();
    const before = await tableOf(hub);
    expect(await hub.retain(room, { keepEvents: 2 })).toEqual({ floor: 5n, removed: 5n });
    expect(await tableOf(hub)).toEqual(before);
    expect(await tableOf(maintainedScene(storage).hub)).toEqual(before);
    expect(await storage.events(room, { after: 4n, limit: 1 })).toBe("gone");
    expect(await hub.publish(room, [grown("c", "!")])).toMatchObject({ ordinal: 8n });
  });

  it("H57 H36 a rebuild begins with the base, and gives what the whole log would have given", async () => {
    const { hub, storage, errors } = await written();
    const whole = await written();
    await hub.retain(room, { keepEvents: 3 });
    await hub.rebuild(room);
    const { entities } = await tableOf(whole.hub);
    expect((await tableOf(hub)).entities).toEqual(entities);
    const later = maintainedScene(storage, { modules: [upgraded] });
    expect((await tableOf(later.hub)).entities).toEqual(entities);
    expect([...errors, ...later.errors]).toEqual([]);
  });

  it("H29 H57 asOf reaches back to the floor, and is gone below", async () => {
    const { hub } = await written();
    const past = await Promise.all([4n, 5n, 6n].map((asOf) => notesOf(hub, room.session, asOf)));
    await hub.retain(room, { keepEvents: 3 });
    const now = await Promise.all([4n, 5n, 6n].map((asOf) => notesOf(hub, room.session, asOf)));
    expect(now).toEqual(past);
    await expect(notesOf(hub, room.session, 3n)).rejects.toMatchObject({ code: "gone" });
  });

  it("F-D12 H57 a cursor below the floor gets everything, one above it what has changed", async () => {
    const { hub, storage } = await written();
    const { epoch = "", view = "" } = await tableOf(hub);
    const events = await storage.events(room, { after: 0n, limit: 10 });
    const cursor = (ordinal: bigint) => {
      const tag = events === "gone" ? "" : (events[Number(ordinal) - 1]?.id ?? "");
      return { cursor: { epoch, view, ordinal, tag } };
    };
    await hub.retain(room, { keepEvents: 3 });
    const modes = await Promise.all([2n, 4n, 5n, 7n].map(async (at) => (await follow(hub, cursor(at))).modes()));
    expect(modes.map(([mode]) => mode)).toEqual(
      ["FULL", "FULL", "DELTA", "DELTA"].map((mode) => expect.stringContaining(mode)),
    );
  });

  it("H57 under live load: whoever watches sees every commit once, and no reset", async () => {
    const storage = memoryStorage();
    const { hub } = maintainedScene(storage);
    await hub.publish(room, [noted("n", "", true)]);
    const watching = await follow(hub);
    const writing = Array.from({ length: 60 }, (_, index) => hub.publish(room, [grown("n", `${index} `)]));
    const retaining = [40, 20, 5].map((keepEvents) => hub.retain(room, { keepEvents }));
    await Promise.all([...writing, ...retaining]);
    await hub.retain(room, { keepEvents: 1 });
    expect((await storage.load(room))?.head).toMatchObject({ ordinal: 61n, floor: 60n });
    const client = watching.client();
    expect([client.violations, client.ordinal, watching.modes()]).toEqual([[], 61n, watching.modes().slice(0, 1)]);
    expect(await notesOf(hub)).toEqual([`n:${Array.from({ length: 60 }, (_, index) => `${index} `).join("")}`]);
  });

  it("H57 by age: what is older than the policy keeps goes, once the count lets it go too", async () => {
    const { hub, platform } = maintainedScene();
    for (const id of ["a", "b", "c", "d"]) {
      await hub.publish(room, [noted(id)]);
      await platform.advance(1_000);
    }
    expect(await hub.retain(room, { keepMs: 60_000 })).toEqual({ floor: 0n, removed: 0n });
    expect(await hub.retain(room, { keepMs: 2_500, keepEvents: 3 })).toEqual({ floor: 1n, removed: 1n });
    expect(await hub.retain(room, { keepMs: 2_500 })).toEqual({ floor: 2n, removed: 1n });
    // The newest stays, however old it is.
    expect(await hub.retain(room, { keepMs: 0 })).toEqual({ floor: 3n, removed: 1n });
    expect(await notesOf(hub)).toEqual(["a:", "b:", "c:", "d:"]);
  });

  it("H57 the events of what no module knows stay: only a hub that knows it can fold it", async () => {
    const { storage } = await written();
    const ignorant: HubModule = { ...notesModule(), kinds: [], projections: [], commands: [] };
    const { hub } = maintainedScene(storage, { modules: [ignorant] });
    expect(await hub.retain(room, { keepEvents: 1 })).toEqual({ floor: 0n, removed: 0n });
    const fresh = maintainedScene(storage);
    expect((await tableOf(fresh.hub)).entities).toEqual((await tableOf((await written()).hub)).entities);
  });

  it("H57 what no checkpoint has stored yet is stored first", async () => {
    const storage = memoryStorage();
    const { hub } = maintainedScene(storage);
    await hub.publish(room, [noted("a", "", true)]);
    for (const text of ["1", "2", "3"]) await hub.publish(room, [grown("a", text)]);
    expect((await storage.load(room))?.head.projected).toBe(0n);
    await hub.retain(room, { keepEvents: 1 });
    expect((await storage.load(room))?.head).toMatchObject({ floor: 3n, projected: 4n });
    expect(await notesOf(maintainedScene(storage).hub)).toEqual(["a:123"]);
  });

  it("H57 F-E4 what is erased while the base is folded is not in it", async () => {
    const storage = memoryStorage();
    const { hub } = maintainedScene(storage);
    await hub.publish(room, [noted("a", "secret"), noted("b"), noted("c")]);
    const { events } = storage;
    let meanwhile: (() => Promise<void>) | null = () => hub.erase(room, [1n]);
    storage.events = async (session, query) => {
      const found = await events.call(storage, session, query);
      const erasing = meanwhile;
      meanwhile = null;
      await erasing?.();
      return found;
    };
    expect(await hub.retain(room, { keepEvents: 1 })).toEqual({ floor: 2n, removed: 2n });
    expect((await storage.base(room))?.entities.map(({ id }) => id)).toEqual(["b", "all"]);
  });

  it("H57 another process that writes meanwhile is followed, and the log shortened all the same", async () => {
    const memory = sharedMemory(() => 0);
    const [a, b] = [maintainedScene(sharedMemoryStorage(memory)), maintainedScene(sharedMemoryStorage(memory))];
    for (const events of HISTORY) await a.hub.publish(room, events);
    await b.hub.publish(room, [grown("c", "1")]);
    await Promise.all([a.hub.retain(room, { keepEvents: 2 }), b.hub.publish(room, [grown("c", "2")])]);
    await a.hub.publish(room, [grown("c", "3")]);
    expect((await tableOf(b.hub)).entities).toEqual((await tableOf(a.hub)).entities);
    expect(await notesOf(b.hub)).toContain("c:123");
  });

  it("H57 compact then compare: whatever the history and the cuts, the view, its past and its rebuild are the same", async () => {
    const step = fc.constantFrom("note", "grow", "settle", "erase", "cut");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.nat(3), fc.nat(6)), { maxLength: 30 }), async (steps) => {
        const cut = maintainedScene();
        const whole = maintainedScene();
        await Promise.all([cut, whole].map(({ hub }) => hub.publish(room, [noted("first")])));
        for (const [name, which, keep] of steps) {
          if (name === "cut") await cut.hub.retain(room, { keepEvents: keep });
          else {
            const id = `n${which}`;
            const make = {
              note: () => noted(id, "t", true),
              grow: () => grown(id, "+"),
              settle: () => settled(id),
              erase: () => erased(id),
            };
            for (const { hub } of [cut, whole]) await hub.publish(room, [make[name]()]);
          }
        }
        const { ordinal = 0n, entities } = await tableOf(whole.hub);
        expect((await tableOf(cut.hub)).entities).toEqual(entities);
        const asOf = ordinal > 2n ? ordinal - 1n : ordinal;
        const past = await tableOf(cut.hub, room.session, asOf).catch(() => null);
        if (past !== null) expect(past.entities).toEqual((await tableOf(whole.hub, room.session, asOf)).entities);
        await cut.hub.rebuild(room);
        expect((await tableOf(cut.hub)).entities).toEqual(entities);
      }),
      { numRuns: 60 },
    );
  });

  it("H37 H57 says what is missing: a storage that keeps everything, a policy that keeps nothing, no log", async () => {
    const plain = maintainedScene(scriptedStorage());
    await plain.hub.publish(room, [noted("a")]);
    await expect(plain.hub.retain(room, { keepEvents: 1 })).rejects.toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining("RetentionStorage"),
    });
    const { hub } = await written();
    for (const policy of [{}, { keepEvents: -1 }, { keepMs: Number.NaN }, { keepEvents: 1.5 }]) {
      await expect(hub.retain(room, policy)).rejects.toMatchObject({ code: "invalid_options" });
    }
    const nowhere = { ...room, session: "nowhere" };
    await expect(hub.retain(nowhere, { keepEvents: 1 })).rejects.toMatchObject({ code: "session_not_found" });
  });
});
