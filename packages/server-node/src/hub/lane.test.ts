import { ORDINAL_MAX } from "@sessionstream/protocol";
import { TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import { accept, defineCommand } from "../command/define-command.ts";
import { on } from "../projection/define-projection.ts";
import type { SessionKey } from "../storage/contract.ts";
import { alice, hubScene, notesOf, room, tableOf } from "./testing/hub-scene.ts";
import {
  erased,
  grown,
  Note,
  Noted,
  noted,
  notesModule,
  notesProjection,
  remarked,
  settled,
} from "./testing/notes-module.ts";

const other: SessionKey = { tenant: "acme", session: "room-2" };

describe("the serial lane", () => {
  it("H13 a hundred concurrent appends give the whole text in order", async () => {
    const { hub } = hubScene();
    await hub.publish(room, [noted("a")]);
    const words = Array.from({ length: 100 }, (_, index) => `${index},`);
    await Promise.all(words.map((word) => hub.publish(room, [grown("a", word)])));
    expect(await notesOf(hub)).toEqual([`a:${words.join("")}`]);
  });

  it("H13 one commit is in flight per session, and sessions do not wait for each other", async () => {
    const { hub, storage } = hubScene();
    const release = storage.holdCommits();
    const first = hub.publish(room, [noted("a")]);
    await expect.poll(() => storage.calls.commit).toBe(1);
    const second = hub.publish(room, [noted("b")]);
    const elsewhere = hub.publish(other, [noted("c")]);
    await expect.poll(() => storage.calls.commit).toBe(2);
    release();
    await Promise.all([first, second, elsewhere]);
    expect(storage.commits.map(({ session, events }) => [session.session, events.length])).toEqual([
      ["room-1", 1],
      ["room-2", 1],
      ["room-1", 1],
    ]);
  });

  it("what arrives during a commit is the next one, cut before a second command, a unit never split", async () => {
    const { hub, write, storage, platform } = hubScene();
    await hub.publish(room, [remarked()]);
    storage.commits.length = 0;
    const release = storage.holdCommits();
    const waiting: Promise<unknown>[] = [hub.publish(room, [remarked("in flight")])];
    await expect.poll(() => storage.calls.commit).toBe(2);
    waiting.push(hub.publish(room, [noted("a"), noted("b")]), write("c-1", "c"));
    await platform.settle();
    waiting.push(hub.publish(room, [noted("d")]), write("c-2", "e"));
    await platform.settle();
    waiting.push(hub.publish(room, [noted("f")]));
    release();
    await Promise.all(waiting);
    const shape = storage.commits.map(({ events, command }) => [events.length, command?.id]);
    expect(shape).toEqual([
      [1, undefined],
      [4, "c-1"],
      [2, "c-2"],
    ]);
  });

  it("H12 ordinals are dense from 1 and go on from the log's head, not from the checkpoint", async () => {
    const { hub, storage } = hubScene();
    for (let count = 0; count < 7; count += 1) await hub.publish(room, [remarked()]);
    expect(storage.commits.flatMap(({ events }) => events.map(({ ordinal }) => ordinal))).toEqual([
      1n,
      2n,
      3n,
      4n,
      5n,
      6n,
      7n,
    ]);
    expect(storage.commits.at(-1)?.head.projected).toBe(0n);
    const restarted = hubScene({ storage });
    expect(await restarted.hub.publish(room, [remarked()])).toMatchObject({ status: "committed", ordinal: 8n });
  });

  it("H16 every projection sees the state before the event, whatever the others wrote", async () => {
    const seen: unknown[] = [];
    const spying = {
      ...notesProjection,
      name: "spy",
      writes: [],
      on: [
        on(Noted, ({ ordinal, payload }, view) => {
          seen.push([ordinal, view.ordinal, view.get(Note, payload.field)?.payload.text, view.list(Note).length]);
          return [];
        }),
      ],
    };
    const { hub } = hubScene({ modules: [{ ...notesModule(), projections: [notesProjection, spying] }] });
    await hub.publish(room, [noted("a", "one"), noted("a", "two"), noted("b", "three")]);
    expect(seen).toEqual([
      [1n, 0n, undefined, 0],
      [2n, 1n, "one", 1],
      [3n, 2n, undefined, 1],
    ]);
  });

  it("H61 a guard is expected-ordinal concurrency: the writer that saw an older state is stale", async () => {
    const { hub, storage } = hubScene();
    await hub.publish(room, [remarked()]);
    const ifUnchanged = { guard: (view: { readonly ordinal: bigint }) => view.ordinal === 1n };
    const both = [hub.publish(room, [remarked("x")], ifUnchanged), hub.publish(room, [remarked("y")], ifUnchanged)];
    expect(await Promise.all(both)).toEqual([
      { status: "committed", epoch: expect.any(String), ordinal: 2n },
      { status: "stale" },
    ]);
    expect(storage.commits.flatMap(({ events }) => events)).toHaveLength(2);
  });

  it("a fence is refused where there are no leases", async () => {
    const { hub } = hubScene();
    await expect(hub.publish(room, [remarked()], { fence: 1n })).rejects.toMatchObject({ code: "invalid_options" });
  });

  it("H50 an asynchronous decide, or one that throws, is refused and stores nothing", async () => {
    // CAST: what a caller without types might write.
    const async_ = defineCommand({
      name: "Async",
      schema: TextAppendSchema,
      decide: (async () => accept([])) as never,
    });
    const throwing = defineCommand({
      name: "Throwing",
      schema: TextAppendSchema,
      decide() {
        throw new Error("secret table missing");
      },
    });
    const { submit, storage } = hubScene({ modules: [{ ...notesModule(), commands: [async_, throwing] }] });
    await expect(submit("Async", "c-1")).rejects.toMatchObject({ code: "internal" });
    const refused = submit("Throwing", "c-2");
    await expect(refused).rejects.toMatchObject({ code: "internal" });
    await expect(refused).rejects.not.toThrow(/secret/);
    expect(storage.commits).toEqual([]);
  });
});

describe("commit, then the rest", () => {
  it("L5 F-S19: nothing is shown or acknowledged before the storage has it", async () => {
    const { hub, write, storage, fanOut } = hubScene();
    const release = storage.holdCommits();
    let acknowledged = false;
    const ack = write("c-1", "a").then(() => {
      acknowledged = true;
    });
    await expect.poll(() => storage.calls.commit).toBe(1);
    expect(await hub.snapshot({ principal: alice, session: room.session })).toBeNull();
    expect([acknowledged, fanOut.length]).toEqual([false, 0]);
    release();
    await ack;
    expect(fanOut).toHaveLength(1);
  });

  it("L5: events, head, command and due entities are one storage call", async () => {
    const { write, storage } = hubScene({ checkpoint: "always" });
    await write("c-1", "a", "hello");
    expect(storage.commits).toHaveLength(1);
    const [commit] = storage.commits;
    expect(commit).toMatchObject({
      expect: null,
      head: { ordinal: 1n, projected: 1n, tag: commit?.events[0]?.id },
      events: [{ ordinal: 1n, name: "Noted", commandId: "c-1" }],
      command: { id: "c-1", scope: "alice", outcome: '{"notes":1}' },
    });
    expect(commit?.entities?.put.map(({ kind, id }) => `${kind}/${id}`)).toEqual(["Note/a", "Tally/all"]);
  });

  it("H21 H58 what fan-out is told can already be read, and is only what changed", async () => {
    const scene = hubScene();
    await scene.hub.publish(
      room,
      Array.from({ length: 200 }, (_, index) => noted(`n${index}`)),
    );
    scene.storage.calls.events = 0;
    const seen: unknown[] = [];
    scene.onFanOut = (call) => {
      if (call.type !== "commit") return;
      const readable = call.reader.records().find(({ id }) => id === "n7");
      seen.push(readable?.lastEventOrdinal, call.reader.head().ordinal, call.change.deltas.length);
    };
    await scene.hub.publish(room, [grown("n7", "more")]);
    expect(seen).toEqual([201n, 201n, 1]);
    expect([scene.storage.calls.load, scene.storage.calls.events]).toEqual([1, 0]);
  });

  it("H22 L6: a fan-out that throws is recorded and fails nobody", async () => {
    const scene = hubScene();
    scene.onFanOut = () => {
      throw new Error("socket gone");
    };
    expect(await scene.write("c-1", "a")).toMatchObject({ ordinal: 1n });
    expect(await notesOf(scene.hub)).toEqual(["a:"]);
    expect(scene.errors).toMatchObject([{ kind: "fan-out", message: "socket gone", ordinal: 1n }]);
  });

  it("L2: fan-out gets the projections' own changes, with the text that was appended", async () => {
    const { hub, fanOut } = hubScene();
    await hub.publish(room, [noted("a", "one", true)]);
    await hub.publish(room, [grown("a", " two"), grown("a", " three")]);
    await hub.publish(room, [grown("a", "!"), settled("a"), erased("a"), noted("a", "again")]);
    const changes = fanOut.flatMap((call) => (call.type === "commit" ? [call.change] : []));
    expect(changes.map(({ prevOrdinal, ordinal }) => [prevOrdinal, ordinal])).toEqual([
      [0n, 1n],
      [1n, 3n],
      [3n, 7n],
    ]);
    expect(changes[1]?.deltas).toMatchObject([
      {
        before: { payload: { text: "one" } },
        after: { payload: { text: "one two three" }, lastEventOrdinal: 3n },
        appends: [
          { field: "text", offset: 3, text: " two" },
          { field: "text", offset: 7, text: " three" },
        ],
        recreated: false,
      },
    ]);
    expect(changes[2]?.deltas[0]).toMatchObject({
      after: { payload: { text: "again" } },
      appends: [],
      recreated: true,
    });
    expect(changes[0]?.events[0]?.payload).toBe(
      '{"@type":"type.googleapis.com/sessionstream.v1.TextAppend","field":"a","offset":1,"text":"one"}',
    );
  });

  it("an event that changes no entity still moves the session, for every reader", async () => {
    const { hub, fanOut } = hubScene();
    await hub.publish(room, [remarked("hm")]);
    expect(fanOut).toMatchObject([
      { change: { prevOrdinal: 0n, ordinal: 1n, deltas: [], events: [{ name: "Remarked" }] } },
    ]);
    expect((await tableOf(hub)).ordinal).toBe(1n);
  });

  it.each([
    ["replayed", { everyEvents: 100, idleMs: 1_000 }],
    ["checkpointed", "always"],
  ] as const)(
    "H59 times of events and entities never go back, even when the clock does (%s)",
    async (_, checkpoint) => {
      const { hub, storage, platform } = hubScene({ checkpoint });
      const start = platform.now();
      await hub.publish(room, [noted("a")]);
      platform.setNow(start - 60_000);
      await hub.publish(room, [grown("a", "x")]);
      platform.setNow(start + 5);
      await hub.publish(room, [grown("a", "y")]);
      expect(storage.commits.flatMap(({ events }) => events.map(({ at }) => at - start))).toEqual([0, 0, 5]);
      const { entities } = await tableOf(hub);
      expect(entities[0]).toMatchObject({ createdAt: start, updatedAt: start + 5 });
      const restarted = hubScene({ storage });
      restarted.platform.setNow(start - 1);
      await restarted.hub.publish(room, [remarked()]);
      expect(storage.commits.at(-1)?.events[0]?.at).toBe(start + 5);
    },
  );

  it("L11: the same inputs on the same platform give the same log, byte for byte", async () => {
    const run = async () => {
      const { hub, write, storage, platform } = hubScene();
      await write("c-1", "a", "hello");
      await platform.advance(1_500);
      await hub.publish(room, [grown("a", " there"), noted("b")]);
      return storage.commits;
    };
    expect(await run()).toEqual(await run());
  });
});

describe("limits", () => {
  it("session_full refuses what creates, lets the rest go on, and is no projection error", async () => {
    const { hub, write, errors } = hubScene({ limits: { maxSessionEntities: 2 } });
    await write("c-1", "a");
    await expect(write("c-2", "b")).rejects.toMatchObject({ code: "session_full" });
    await hub.publish(room, [grown("a", "still growing")]);
    const mixed = hub.publish(room, [grown("a", "lost with its unit"), noted("c")]);
    await expect(mixed).rejects.toMatchObject({ code: "session_full" });
    expect(await notesOf(hub)).toEqual(["a:still growing"]);
    await hub.publish(room, [erased("a"), noted("d")]);
    expect(await notesOf(hub)).toEqual(["d:"]);
    expect(errors).toEqual([]);
  });

  it("session_full counts bytes too", async () => {
    const { hub } = hubScene({ limits: { maxSessionBytes: 600 } });
    await hub.publish(room, [noted("a", "x".repeat(400))]);
    await expect(hub.publish(room, [noted("b", "x".repeat(400))])).rejects.toMatchObject({ code: "session_full" });
    await hub.publish(room, [grown("a", "x".repeat(400))]);
  });

  it("an entity grows up to its limit, exactly counted over appends, sets and a reload", async () => {
    const { hub, storage } = hubScene({ limits: { maxEntityBytes: 200 }, checkpoint: "always" });
    await hub.publish(room, [noted("a", "", true)]);
    const used = storage.commits[0]?.entities?.put[0]?.payload.length ?? 0;
    const free = 200 - used;
    await hub.publish(room, [grown("a", "x".repeat(free - 4))]);
    await hub.publish(room, [grown("a", '"é')]);
    await expect(hub.publish(room, [grown("a", "y")])).rejects.toMatchObject({ code: "payload_too_large" });
    const restarted = hubScene({ storage, limits: { maxEntityBytes: 200 } });
    await expect(restarted.hub.publish(room, [grown("a", "y")])).rejects.toMatchObject({ code: "payload_too_large" });
    await restarted.hub.publish(room, [settled("a")]);
    expect((await tableOf(restarted.hub)).entities[0]).toMatchObject({ open: false });
  });

  it("H60 a log at the largest ordinal takes no more", async () => {
    const { hub, storage } = hubScene();
    await hub.publish(room, [remarked()]);
    const { load } = storage;
    storage.load = async (session) => {
      const loaded = await load(session);
      const end = { ordinal: ORDINAL_MAX, projected: ORDINAL_MAX };
      return loaded === null ? null : { ...loaded, head: { ...loaded.head, ...end } };
    };
    const full = hubScene({ storage });
    await expect(full.hub.publish(room, [remarked()])).rejects.toMatchObject({ code: "ordinal_exhausted" });
  });
});
