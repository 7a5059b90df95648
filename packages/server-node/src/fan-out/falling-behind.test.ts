import { SubscriptionHeadSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import { defineEntityKind } from "../projection/define-entity-kind.ts";
import { append, put } from "../projection/define-projection.ts";
import { arms, fanOutScene, keys, say } from "./testing/fan-out-scene.ts";
import { note } from "./testing/sample-kinds.ts";
import { ScriptedSink } from "./testing/scripted-sink.ts";

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
