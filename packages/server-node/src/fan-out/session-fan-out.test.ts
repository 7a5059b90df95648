import { create } from "@bufbuild/protobuf";
import { SubscriptionHeadSchema, TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import { defineEntityKind } from "../projection/define-entity-kind.ts";
import { append, put } from "../projection/define-projection.ts";
import { arms, fanOutScene, keys } from "./testing/fan-out-scene.ts";
import { guarded, marker, note, secret, whispered } from "./testing/sample-kinds.ts";
import { ScriptedSink } from "./testing/scripted-sink.ts";

const say = (id: string, text: string) => ({ writes: [put(note, id, { text })] });

describe("one commit, many subscribers", () => {
  it("S12 encodes a commit once and hands the same frame to all of an audience", async () => {
    const { lane, reader } = fanOutScene();
    let redactions = 0;
    const counted = defineEntityKind("Counted", TextAppendSchema, {
      redact(payload) {
        redactions += 1;
        return payload;
      },
    });
    const sinks = await Promise.all(Array.from({ length: 50 }, () => reader()));
    lane.commit({ writes: [put(counted, "a", { text: "hello" })] });
    const frames = new Set(sinks.map((sink) => sink.sent.at(-1)));
    expect(frames.size).toBe(1);
    expect(redactions).toBe(1);
  });

  it("S10 H22 one broken sink of 50 is dropped and reported, the others get the frame", async () => {
    const { lane, fanOut, attach, reader, reports } = fanOutScene();
    const broken = new ScriptedSink();
    await attach(broken);
    const others = await Promise.all(Array.from({ length: 49 }, () => reader()));
    broken.send = () => {
      throw new Error("socket gone");
    };
    lane.commit(say("a", "hello"));
    lane.commit(say("b", "again"));
    for (const sink of others) expect(arms(sink.frames().slice(-2))).toEqual(["timeline", "timeline"]);
    expect(reports).toEqual(["subscriber of s-1: socket gone"]);
    expect(fanOut.size).toBe(49);
  });

  it("a sink that throws while it is attached harms nobody and is not kept", async () => {
    const { fanOut, attach, reports } = fanOutScene();
    const sink = new ScriptedSink();
    sink.queuedBytes = () => {
      throw new Error("no socket");
    };
    await attach(sink);
    expect(sink.closed?.code).toBe(4000);
    expect(fanOut.size).toBe(0);
    expect(reports).toEqual(["subscriber of s-1: no socket"]);
  });

  it("S11 a commit without subscribers encodes nothing", () => {
    const { lane } = fanOutScene();
    const unread = defineEntityKind("Unread", TextAppendSchema, {
      redact() {
        throw new Error("nobody is looking");
      },
    });
    expect(() => lane.commit({ writes: [put(unread, "a", {})] })).not.toThrow();
  });

  it("each audience sees its own redaction, and a commit without visible changes still moves its cursor", async () => {
    const { lane, reader } = fanOutScene();
    const visitor = await reader();
    const staff = await reader({ audience: "staff" });
    lane.commit({ writes: [put(guarded, "a", { text: "code" }), put(secret, "s", { text: "key" })] });
    lane.commit({ writes: [put(guarded, "a", { text: "c0de" })] });
    lane.commit({ writes: [put(secret, "s", { text: "other key" })] });
    const texts = (sink: ScriptedSink) =>
      sink.frames().map((frame) => frame.timeline?.changes?.map((change) => change.patch ?? change.put?.payload));
    expect(texts(staff).slice(2)).toEqual([
      [expect.objectContaining({ text: "code" })],
      [{ baseOrdinal: "1", set: { text: "c0de" } }],
      undefined,
    ]);
    expect(texts(visitor).slice(2)).toEqual([
      [expect.objectContaining({ text: "••••" })],
      [{ baseOrdinal: "1" }],
      undefined,
    ]);
    expect(visitor.frames().at(-1)?.timeline).toMatchObject({ prevOrdinal: "2", ordinal: "3", tag: "e1:3" });
  });

  it("L13 an entity that cannot be redacted is hidden and reported, not shown", async () => {
    const { lane, reader, reports } = fanOutScene();
    const faulty = defineEntityKind("Faulty", TextAppendSchema, {
      redact(payload) {
        if (payload.text === "boom") throw new Error("cannot redact");
        return payload;
      },
    });
    const sink = await reader();
    lane.commit({ writes: [put(faulty, "a", { text: "fine" })] });
    lane.commit({ writes: [put(faulty, "a", { text: "boom" })] });
    expect(sink.frames().at(-1)?.timeline?.changes).toEqual([
      expect.objectContaining({ kind: "Faulty", id: "a", remove: {} }),
    ]);
    expect(keys((await reader()).frames()[0]?.snapshot)).toEqual([]);
    expect(reports).toEqual(["redact Faulty/a: cannot redact"]);
  });

  it("L13 an entity that cannot be encoded is hidden and reported, not half sent", async () => {
    const { lane, reader, reports } = fanOutScene();
    const sink = await reader();
    lane.commit(say("a", "fine"));
    lane.commit(say("a", "\ud83d"), say("b", "fine too"));
    expect(
      sink
        .frames()
        .at(-1)
        ?.timeline?.changes?.map(({ id, put, remove }) => [id, put !== undefined, remove]),
    ).toEqual([
      ["a", false, {}],
      ["b", true, undefined],
    ]);
    expect(reports).toHaveLength(1);
  });

  it("H56 what this hub cannot decode is passed on: unknown kinds as stored, known kinds by key, secret ones not at all", async () => {
    const { lane, reader } = fanOutScene();
    const opaque = {
      opaque: true,
      createdIndex: 0,
      lastEventOrdinal: 1n,
      createdAt: 1,
      updatedAt: 1,
      open: false,
      commandId: undefined,
    } as const;
    lane.commit({ writes: [] });
    for (const [createdIndex, kind] of ["Retired", "Guarded", "Secret"].entries()) {
      lane.addOpaque({
        ...opaque,
        kind,
        id: "x",
        createdOrdinal: 1n,
        createdIndex,
        payload: `{"@type":"t/acme.Gone","text":"old"}`,
      });
    }
    const [frame] = (await reader()).frames();
    expect(keys(frame?.snapshot)).toEqual(["Retired/x", "Guarded/x?"]);
    expect(frame?.snapshot?.entities?.[0]?.payload).toMatchObject({ text: "old" });
  });

  it("shows ephemeral values to live subscribers of our wire only", async () => {
    const { fanOut, reader } = fanOutScene();
    const [ours, reference] = [await reader(), await reader({ mode: "reference" })];
    fanOut.ephemeral("typing", null, 5_000);
    expect(ours.frames().at(-1)).toEqual({ ephemeral: { sessionId: "s-1", key: "typing", ttlMs: 5_000 } });
    expect(arms(reference.frames())).toEqual(["snapshot", "subscribed"]);
  });
});

describe("attaching", () => {
  it("P03 P09 an unborn session gives an empty snapshot, then the echo, and its first commit is a frame from 0", async () => {
    const { lane, reader } = fanOutScene();
    const sink = await reader({ sinceSnapshotOrdinal: 7n });
    lane.commit(say("a", "hello"));
    expect(sink.frames()).toEqual([
      { snapshot: { sessionId: "s-1", view: "v1", mode: "SNAPSHOT_MODE_FULL", lastPart: true, requestId: "r-1" } },
      { subscribed: { sessionId: "s-1", sinceSnapshotOrdinal: "7" } },
      { timeline: expect.objectContaining({ epoch: "e1", ordinal: "1" }) },
    ]);
  });

  it("P30 a cursor on the log's history gets what changed since, removals included", async () => {
    const { lane, reader, cursor } = fanOutScene();
    lane.commit(say("a", "1"), say("b", "2"), say("c", "3"));
    const held = cursor();
    lane.commit({ writes: [put(note, "b", { text: "two" }), { op: "remove", kind: note, id: "a" }] });
    const [frame] = (await reader({ cursor: held })).frames();
    expect(frame?.snapshot).toMatchObject({ mode: "SNAPSHOT_MODE_DELTA", sinceOrdinal: "3", snapshotOrdinal: "4" });
    expect(keys(frame?.snapshot)).toEqual(["-Note/a", "Note/b"]);
  });

  it.each([
    ["another epoch", { epoch: "e0" }],
    ["another view", { view: "v0" }],
    ["another tag", { tag: "e9:2" }],
    ["an ordinal ahead of the head", { ordinal: 99n }],
    ["an ordinal at the floor", { ordinal: 1n, tag: "e1:1" }],
  ])("L10: %s gives everything", async (_, difference) => {
    const { lane, reader, cursor } = fanOutScene();
    lane.commit(say("a", "1"), say("b", "2"), say("c", "3"));
    lane.truncate(1n);
    const sink = await reader({ cursor: { ...cursor(), ordinal: 2n, tag: "e1:2", ...difference } });
    expect(arms(sink.frames())).toEqual(["FULL", "subscribed"]);
  });

  it("a cursor ahead of the head makes the lane catch up first", async () => {
    const { lane, reader, cursor } = fanOutScene();
    lane.commit(say("a", "1"));
    const ahead = { ...cursor(), ordinal: 2n, tag: "e1:2" };
    let caughtUp = false;
    lane.storage = async () => {
      if (!caughtUp) lane.commit(say("b", "2"));
      caughtUp = true;
    };
    expect(arms((await reader({ cursor: ahead })).frames())).toEqual(["DELTA", "subscribed"]);
  });

  it("L10: a view replaced while the cursor was being verified gives everything", async () => {
    const { lane, reader, cursor } = fanOutScene();
    lane.commit(say("a", "1"));
    const held = cursor();
    lane.commit(say("b", "2"));
    lane.storage = async () => lane.rebuild();
    expect(arms((await reader({ cursor: held })).frames())).toEqual(["FULL", "subscribed"]);
  });

  it("P33 storage that fails rejects the attach and leaves nothing behind", async () => {
    const { lane, fanOut, reader, cursor } = fanOutScene();
    lane.commit(say("a", "1"));
    const held = cursor();
    lane.commit(say("b", "2"));
    lane.storage = () => Promise.reject(new Error("disk"));
    await expect(reader({ cursor: held })).rejects.toThrow("disk");
    expect(fanOut.size).toBe(0);
  });

  it("a lane counts an attach that waits for storage as a subscriber", async () => {
    const { lane, fanOut, attach, cursor } = fanOutScene();
    lane.commit(say("a", "1"));
    const held = cursor();
    lane.commit(say("b", "2"));
    const pending = attach(new ScriptedSink(), { cursor: held });
    expect(fanOut.size).toBe(1);
    (await pending).detach();
    expect(fanOut.size).toBe(0);
  });
});

describe("windows and pages", () => {
  const chat = () => {
    const scene = fanOutScene();
    scene.lane.commit({ writes: [put(marker, "settled", { ordinal: 2n }), put(marker, "running", { ordinal: 1n })] });
    scene.lane.commit({ writes: [put(note, "a", {}), put(note, "b", {})] });
    scene.lane.commit({ writes: [put(note, "c", {})] }, { writes: [put(note, "d", {}), put(note, "e", {})] });
    return scene;
  };

  it("the window counts rows, never splits siblings, and always holds what is open", async () => {
    const { reader } = chat();
    const [frame] = (await reader({ window: 1 })).frames();
    expect(keys(frame?.snapshot)).toEqual(["Marker/running", "Note/d", "Note/e"]);
    expect(frame?.snapshot).toMatchObject({ windowFloor: "4", hasEarlier: true });
  });

  it("a window larger than the transcript has no floor", async () => {
    const { reader } = chat();
    const [frame] = (await reader({ window: 5 })).frames();
    expect(frame?.snapshot?.windowFloor).toBeUndefined();
    expect(keys(frame?.snapshot)).toHaveLength(7);
  });

  it("from is honoured within the epoch and not beyond it", async () => {
    const { lane, reader, cursor } = chat();
    const stale = { ...cursor(), view: "v0" };
    const [held] = (await reader({ cursor: stale, from: 3n, window: 1 })).frames();
    expect(held?.snapshot?.windowFloor).toBe("3");
    lane.remove();
    lane.commit(say("x", "1"));
    const [other] = (await reader({ cursor: stale, from: 3n, window: 1 })).frames();
    expect(other?.snapshot?.windowFloor).toBeUndefined();
  });

  it("a delta says of settled entities below the floor only that they are", async () => {
    const { lane, reader, cursor } = chat();
    const held = cursor();
    lane.commit({ writes: [put(note, "a", { text: "edited" }), put(marker, "running", { ordinal: 3n })] });
    const [frame] = (await reader({ cursor: held, from: 4n })).frames();
    expect(keys(frame?.snapshot)).toEqual(["Marker/running?", "Note/a?"]);
  });

  it("pages bring older rows in lane order until there are none", async () => {
    const { attach } = chat();
    const sink = new ScriptedSink();
    const subscription = await attach(sink, { window: 1 });
    subscription.page({ before: 4n, limit: 1, requestId: "p-1" });
    subscription.page({ before: 3n, limit: 1, requestId: "p-2" });
    const [first, second] = sink.frames().slice(2);
    expect(first?.snapshot).toMatchObject({
      mode: "SNAPSHOT_MODE_PAGE",
      windowFloor: "3",
      hasEarlier: true,
      requestId: "p-1",
    });
    expect(keys(first?.snapshot)).toEqual(["Note/c"]);
    expect(second?.snapshot?.hasEarlier).toBeUndefined();
    expect(keys(second?.snapshot)).toEqual(["Marker/settled", "Marker/running", "Note/a", "Note/b"]);
  });

  it("the floor a page reached is the floor of later deltas", async () => {
    const { lane, attach } = chat();
    const sink = new ScriptedSink({ holds: true, maxQueuedBytes: 2_000 });
    const subscription = await attach(sink, { window: 1 });
    sink.take();
    subscription.page({ before: 4n, limit: 1, requestId: "p-1" });
    sink.take();
    for (let turn = 0; turn < 20; turn += 1) lane.commit(say("c", `${turn}`));
    const delta = sink.take().find((frame) => frame.snapshot !== undefined);
    expect(delta?.snapshot).toMatchObject({ mode: "SNAPSHOT_MODE_DELTA", windowFloor: "3" });
    expect(keys(delta?.snapshot)).toEqual(["Note/c"]);
  });

  it("more pages than may wait are refused, not forgotten", async () => {
    const { lane, attach } = fanOutScene({ maxFrameBytes: 600, maxWaitingPages: 2 });
    for (let row = 0; row < 9; row += 1) lane.commit(say(`n${row}`, "x".repeat(300)));
    const sink = new ScriptedSink({ holds: true, maxQueuedBytes: 700 });
    const subscription = await attach(sink, { window: 2 });
    const asked = [1, 2, 3].map((turn) => subscription.page({ before: 8n, limit: turn, requestId: `p-${turn}` }));
    expect(asked).toEqual([true, true, false]);
    expect(
      sink
        .take()
        .filter((frame) => frame.snapshot?.lastPart)
        .map((frame) => frame.snapshot?.requestId),
    ).toEqual(["r-1", "p-1", "p-2"]);
  });
});

describe("parts and falling behind", () => {
  it("P43 a large snapshot leaves in bounded parts, made only as the peer reads", async () => {
    const { lane, attach } = fanOutScene({ maxFrameBytes: 16_384 });
    let encoded = 0;
    const row = defineEntityKind("Row", SubscriptionHeadSchema, {
      redact(payload) {
        encoded += 1;
        return payload;
      },
    });
    lane.commit({ writes: Array.from({ length: 50_000 }, (_, index) => put(row, `row-${index}`, { sessionId: "x" })) });
    const sink = new ScriptedSink({ holds: true, maxQueuedBytes: 65_536 });
    await attach(sink);
    expect(encoded).toBeLessThan(1_000);
    expect(sink.queuedBytes()).toBeLessThanOrEqual(65_536);
    const frames = sink.take();
    expect(Math.max(...sink.sent.map((frame) => frame.bytes.length))).toBeLessThanOrEqual(16_384);
    expect(keys(...frames.map((frame) => frame.snapshot))).toHaveLength(50_000);
    expect(frames.filter((frame) => frame.snapshot?.lastPart)).toHaveLength(1);
    expect(arms(frames).at(-1)).toBe("subscribed");
  });

  it("P08 P19 2,000 commits during the parts cost one delta, in order, and subscribed arrives", async () => {
    const { lane, attach } = fanOutScene({ maxFrameBytes: 4_096 });
    lane.commit(...Array.from({ length: 60 }, (_, index) => say(`n${index}`, "x".repeat(200))));
    const sink = new ScriptedSink({ holds: true, maxQueuedBytes: 8_192 });
    await attach(sink);
    for (let turn = 0; turn < 2_000; turn += 1) lane.commit({ writes: [append(note, "n0", "text", "y")] });
    lane.commit(say("last", "z"));
    const frames = sink.take();
    lane.commit(say("after", "live again"));
    expect([...new Set(arms(frames))]).toEqual(["FULL", "subscribed", "DELTA"]);
    const delta = frames.at(-1)?.snapshot;
    expect(delta).toMatchObject({ sinceOrdinal: "60", snapshotOrdinal: "2061", lastPart: true });
    expect(keys(delta)).toEqual(["Note/n0", "Note/last"]);
    expect(arms(sink.take())).toEqual(["timeline"]);
  });

  it("L6: S03 S13 a slow subscriber keeps a bounded queue and gets one delta with the final text", async () => {
    const { lane, attach, reader } = fanOutScene();
    const slow = new ScriptedSink({ holds: true, maxQueuedBytes: 4_096 });
    await attach(slow);
    const fast = await reader();
    lane.commit(say("a", ""));
    for (let turn = 0; turn < 500; turn += 1) {
      lane.commit({ writes: [append(note, "a", "text", "word ")] });
      expect(slow.queuedBytes()).toBeLessThanOrEqual(4_096);
    }
    expect(arms(fast.frames()).filter((arm) => arm === "timeline")).toHaveLength(501);
    const frames = slow.take();
    expect(arms(frames).filter((arm) => arm === "DELTA")).toHaveLength(1);
    expect(frames.at(-1)?.snapshot?.entities?.[0]?.payload).toMatchObject({ text: "word ".repeat(500) });
    lane.commit(say("b", "live"));
    expect(arms(slow.take())).toEqual(["timeline"]);
  });

  it("P18 S04 a peer that drains nothing for 30 s is closed with 4013, one that drains slowly is not", async () => {
    const { lane, fanOut, attach, platform } = fanOutScene();
    const stuck = new ScriptedSink({ holds: true, maxQueuedBytes: 2_048 });
    const slow = new ScriptedSink({ holds: true, maxQueuedBytes: 2_048 });
    await Promise.all([attach(stuck), attach(slow)]);
    for (let turn = 0; turn < 30; turn += 1) lane.commit(say("a", `${turn}`));
    await platform.advance(29_999);
    slow.take(1);
    expect(stuck.closed).toBeNull();
    await platform.advance(1);
    expect(stuck.closed?.code).toBe(4013);
    expect(slow.closed).toBeNull();
    expect(fanOut.size).toBe(1);
  });

  it("a commit larger than a frame goes out as a delta in parts", async () => {
    const { lane, reader } = fanOutScene({ maxFrameBytes: 2_048 });
    const sink = await reader();
    lane.commit({
      writes: Array.from({ length: 20 }, (_, index) => put(note, `n${index}`, { text: "x".repeat(200) })),
    });
    lane.commit(say("next", "small"));
    const frames = sink.frames().slice(2);
    expect(arms(frames).at(-1)).toBe("timeline");
    const parts = frames.slice(0, -1).map((frame) => frame.snapshot);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.map((part) => part?.part ?? 0)).toEqual(parts.map((_, index) => index));
    expect(keys(...parts)).toHaveLength(20);
  });

  it("L10: behind across a forgotten removal, the subscriber gets everything", async () => {
    const { lane, attach } = fanOutScene();
    const sink = new ScriptedSink({ holds: true, maxQueuedBytes: 2_048 });
    lane.commit(say("a", "1"), say("b", "2"));
    await attach(sink);
    for (let turn = 0; turn < 30; turn += 1) lane.commit(say("b", `${turn}`));
    lane.commit({ writes: [{ op: "remove", kind: note, id: "a" }] });
    lane.forgetRemovals();
    expect(arms(sink.take()).at(-1)).toBe("FULL");
  });

  it("H36 a rebuilt view is sent whole to everybody at once", async () => {
    const { lane, reader } = fanOutScene();
    lane.commit(say("a", "1"));
    const sink = await reader();
    lane.rebuild();
    expect(sink.frames().at(-1)?.snapshot).toMatchObject({
      mode: "SNAPSHOT_MODE_FULL",
      view: "v2",
      snapshotOrdinal: "1",
    });
  });

  it("S07 P11 nothing is enqueued after detach, not even the rest of the parts", async () => {
    const { lane, fanOut, attach, platform } = fanOutScene({ maxFrameBytes: 1_024 });
    lane.commit(...Array.from({ length: 30 }, (_, index) => say(`n${index}`, "x".repeat(200))));
    const sink = new ScriptedSink({ holds: true, maxQueuedBytes: 2_048 });
    const subscription = await attach(sink);
    const enqueued = sink.sent.length;
    subscription.detach();
    lane.commit(say("a", "late"));
    sink.take();
    await platform.advance(60_000);
    expect(sink.sent).toHaveLength(enqueued);
    expect(sink.closed).toBeNull();
    expect(subscription.head()).toBeNull();
    expect(fanOut.size).toBe(0);
    expect(platform.pendingTimers).toBe(0);
  });

  it("the head told in heartbeats is the last ordinal enqueued whole", async () => {
    const { lane, attach } = fanOutScene({ maxFrameBytes: 1_024 });
    lane.commit(...Array.from({ length: 30 }, (_, index) => say(`n${index}`, "x".repeat(200))));
    const sink = new ScriptedSink({ holds: true, maxQueuedBytes: 2_048 });
    const subscription = await attach(sink);
    expect(subscription.head()).toBeNull();
    sink.take();
    lane.commit(say("a", "live"));
    expect(subscription.head()).toEqual({ epoch: "e1", ordinal: 31n });
  });
});

describe("reference peers", () => {
  it("P06 P14 one whole snapshot without our kinds and fields, then the public events with their own ordinals", async () => {
    const { lane, reader } = fanOutScene();
    lane.commit({
      writes: [put(note, "a", { text: "hi" }, { commandId: "c-1" }), put(marker, "run", { ordinal: 1n })],
    });
    const sink = await reader({ mode: "reference", window: 1 });
    lane.commit(say("b", "x"), { writes: [], type: whispered }, say("c", "y"));
    expect(sink.frames()[0]?.snapshot).toEqual({
      sessionId: "s-1",
      snapshotOrdinal: "1",
      entities: [
        {
          kind: "Note",
          id: "a",
          createdOrdinal: "1",
          lastEventOrdinal: "1",
          payload: expect.objectContaining({ text: "hi" }),
        },
      ],
    });
    expect(
      sink
        .frames()
        .slice(2)
        .map((frame) => [frame.uiEvent?.name, frame.uiEvent?.eventOrdinal]),
    ).toEqual([
      ["Noted", "2"],
      ["Noted", "4"],
    ]);
    expect(sink.frames()[2]?.uiEvent?.payload).toEqual({
      ...create(TextAppendSchema),
      $typeName: undefined,
      "@type": "type.googleapis.com/sessionstream.v1.TextAppend",
    });
  });

  it("P29 since never changes the snapshot", async () => {
    const { lane, reader, cursor } = fanOutScene();
    lane.commit(say("a", "1"));
    const held = cursor();
    lane.commit(say("b", "2"));
    const [fresh, resumed] = [await reader({ mode: "reference" }), await reader({ mode: "reference", cursor: held })];
    expect(resumed.frames()[0]).toEqual(fresh.frames()[0]);
    expect(resumed.frames()[1]).toEqual({ subscribed: { sessionId: "s-1", sinceSnapshotOrdinal: "1" } });
  });

  it("a reference peer that falls behind or loses its view is closed", async () => {
    const { lane, fanOut, attach, reader } = fanOutScene();
    const slow = new ScriptedSink({ holds: true, maxQueuedBytes: 2_048 });
    await attach(slow, { mode: "reference" });
    const fast = await reader({ mode: "reference" });
    for (let turn = 0; turn < 30; turn += 1) lane.commit(say("a", `${turn}`));
    expect(slow.closed?.code).toBe(4013);
    expect(fast.closed).toBeNull();
    lane.rebuild();
    expect(fast.closed?.code).toBe(4010);
    expect(fanOut.size).toBe(0);
  });
});
