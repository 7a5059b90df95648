/** What one session's trouble did to the others, to readers and to memory. */
import { chat, createChatService } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { describe, expect, it } from "vitest";
import { arms } from "../../packages/server-node/src/fan-out/testing/fan-out-scene.ts";
import { grown, noted, POISON } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { scriptedStorage } from "../../packages/server-node/src/hub/testing/scripted-storage.ts";
import { mendedNotes } from "../server-faults/harness/mended-notes.ts";
import { ada, foldedNotes, follow, notesHub, notesIn, sessionKey } from "../server-faults/harness/notes-hub.ts";

const room = sessionKey("room");

describe("a poison event", () => {
  it("AN-7 stops neither its own session nor any other, and nothing of it is gone", async () => {
    const storage = scriptedStorage();
    const { hub } = notesHub({ storage });
    await hub.publish(room, [noted("a", POISON)]);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => hub.publish(sessionKey(`other-${index}`), [noted("b", "fine")])),
    );
    await hub.publish(room, [noted("c", "after")]);
    expect(await notesIn(hub, "room")).toEqual(["c:after"]);
    expect(await notesIn(hub, "other-19")).toEqual(["b:fine"]);
    // An event that cannot even be decoded stays in the log and on record, and what follows it is shown.
    const loaded = await storage.load(room);
    if (loaded === null) throw new Error("the session is gone");
    const garbled = { ordinal: 3n, id: "garbled", at: 1, name: "Noted", payload: "\u0000{" };
    await storage.commit({
      session: room,
      expect: loaded.head.revision,
      head: { ...loaded.head, revision: "r", ordinal: 3n, tag: "garbled" },
      events: [garbled],
    });
    await hub.publish(room, [noted("d", "later")]);
    expect(await notesIn(hub, "room")).toEqual(["c:after", "d:later"]);
    const records = await hub.errors({ session: room });
    expect(records.map(({ kind, ordinal }) => [kind, ordinal])).toEqual([
      ["decode", 3n],
      ["projection", 1n],
    ]);
    expect(records[0]?.raw).toBe(garbled.payload);
  });

  it("AN-10 that was passed over is marked as such in the log, and a mended projection makes it good", async () => {
    const storage = sqliteStorage({ path: ":memory:" });
    const first = notesHub({ storage });
    await first.hub.publish(room, [noted("a", POISON), noted("b", "fine")]);
    expect(await storage.events(room, { after: 0n, limit: 1 })).toMatchObject([{ skippedBy: ["notes@1"] }]);
    const live = await follow(first.hub, "room");
    const { view } = live.read();
    const second = notesHub({ storage, modules: [mendedNotes] });
    const later = await follow(second.hub, "room");
    expect(foldedNotes(later.read())).toEqual(["a:cured", "b:fine"]);
    // Another view: whoever holds the old one is told everything, so nobody keeps the gap.
    expect(later.read().view).not.toBe(view);
  });
});

describe("a rebuild", () => {
  it("AN-11 F-E2 shows the old view or the new one while publishes go on, and a crash in it leaves the old one", async () => {
    const storage = scriptedStorage();
    let dies = false;
    const { hub } = notesHub({
      storage,
      failpoint(name) {
        if (dies && name === "before-rebuild") throw new Error("killed");
      },
    });
    const ids = Array.from({ length: 50 }, (_, index) => `n${index}`);
    await hub.publish(
      room,
      ids.map((id) => noted(id, "x")),
    );
    const follower = await follow(hub, "room");
    const rebuilds = Promise.all([hub.rebuild(room), hub.rebuild(room)]);
    const publishes = Promise.all(ids.map((id) => hub.publish(room, [grown(id, "y")])));
    let looking = true;
    const looks = (async () => {
      while (looking) {
        expect(await notesIn(hub, "room")).toHaveLength(50);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await Promise.all([rebuilds, publishes]);
    looking = false;
    await looks;
    const whole = ids.map((id) => `${id}:xy`);
    expect(await notesIn(hub, "room")).toEqual(whole);
    expect({ notes: foldedNotes(follower.read()), violations: follower.read().violations }).toEqual({
      notes: whole,
      violations: [],
    });
    expect(arms(follower.sink.frames()).filter((arm) => arm === "FULL")).toHaveLength(3);
    dies = true;
    await hub.rebuild(room).catch(() => undefined);
    dies = false;
    expect(await notesIn(hub, "room")).toEqual(whole);
    expect(await notesIn(notesHub({ storage }).hub, "room")).toEqual(whole);
  });
});

describe("memory", () => {
  it("AN-17 naming sessions keeps nothing, and those in use leave when they are idle", async () => {
    const { hub, platform } = notesHub({ limits: { evictAfterMs: 60_000 } });
    for (let index = 0; index < 2_000; index += 1) {
      await hub.snapshot({ principal: ada, session: `named-${index}` });
    }
    expect(hub.stats().sessions).toBe(0);
    await Promise.all(Array.from({ length: 500 }, (_, index) => hub.publish(sessionKey(`s-${index}`), [noted("a")])));
    expect(hub.stats().sessions).toBe(500);
    await platform.advance(70_000);
    expect(hub.stats()).toMatchObject({ sessions: 0, subscribers: 0, effects: 0 });
  });
});

describe("live and reloaded", () => {
  it("AN-19 a tab that streamed an answer and one that reloads hold the same, whatever the answer shows", async () => {
    const { hub, platform } = notesHub({
      modules: [chat({ engine: demoEngine({ speed: Number.POSITIVE_INFINITY }) })],
    });
    const service = createChatService({ hub, mintId: () => platform.randomId() });
    const streamed = await follow(hub, "room");
    for (const prompt of ["think, then show a tool", "warn me, then fail"]) {
      await service.submitPrompt({ principal: ada, session: "room", prompt });
      for (let turn = 0; turn < 20; turn += 1) await platform.advance(100);
    }
    const reloaded = await follow(hub, "room");
    const before = streamed.read();
    expect(before.violations).toEqual([]);
    expect(before.timeline().length).toBeGreaterThan(5);
    expect(before.timeline()).toEqual(reloaded.read().timeline());
    await hub.close();
  });
});
