import { TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import { defineEntityKind } from "../projection/define-entity-kind.ts";
import { append, put } from "../projection/define-projection.ts";
import { arms, fanOutScene, keys, say } from "./testing/fan-out-scene.ts";
import { FoldClient } from "./testing/fold-client.ts";
import { guarded, note, secret } from "./testing/sample-kinds.ts";
import { ScriptedSink } from "./testing/scripted-sink.ts";

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

  it("P15 all changes of a commit come in one frame, siblings of an event told apart, and a replay applies once", async () => {
    const { lane, reader } = fanOutScene();
    const sink = await reader();
    lane.commit({ writes: [put(note, "a", { text: "1" }), put(note, "b", { text: "2" })] }, say("c", "3"));
    lane.commit({ writes: [append(note, "a", "text", "!"), append(note, "b", "text", "?")] });
    const frames = sink.frames().slice(2);
    expect(frames.map(({ timeline }) => timeline?.changes?.map(({ id }) => id))).toEqual([
      ["a", "b", "c"],
      ["a", "b"],
    ]);
    expect(
      frames[0]?.timeline?.changes?.map(({ put: entity }) => [entity?.createdOrdinal, entity?.createdIndex ?? 0]),
    ).toEqual([
      ["1", 0],
      ["1", 1],
      ["2", 0],
    ]);

    const client = new FoldClient();
    for (const frame of sink.frames()) client.receive(frame);
    const once = client.timeline();
    for (const frame of frames) expect(client.receive(frame)).toBe(false);
    expect(client.violations).toEqual(["duplicate 2", "duplicate 3"]);
    expect(client.timeline()).toEqual(once);
    expect(once.map(({ payload }) => payload?.["text"])).toEqual(["1!", "2?", "3"]);
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

  it("P05 what is committed while an attach waits for storage reaches it exactly once, in order", async () => {
    const { lane, attach, reader, cursor } = fanOutScene();
    const sink = new ScriptedSink();
    lane.commit(say("a", "1"));
    const from = cursor();
    const client = new FoldClient();
    for (const frame of (await reader()).frames()) client.receive(frame);
    lane.commit(say("b", "while away"));
    let answer = () => {};
    lane.storage = () => new Promise((resolve) => (answer = resolve));

    const attaching = attach(sink, { cursor: from });
    lane.commit(say("c", "while it waits"));
    lane.commit({ writes: [append(note, "c", "text", ", and on")] });
    expect(sink.frames()).toEqual([]);
    answer();
    await attaching;
    lane.commit({ writes: [append(note, "c", "text", ", and after")] });

    expect(arms(sink.frames())).toEqual(["DELTA", "subscribed", "timeline"]);
    for (const frame of sink.frames()) client.receive(frame);
    expect(client.violations).toEqual([]);
    expect(client.ordinal).toBe(5n);
    expect(client.timeline().map(({ id, payload }) => [id, payload?.["text"]])).toEqual([
      ["a", "1"],
      ["b", "while away"],
      ["c", "while it waits, and on, and after"],
    ]);
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
