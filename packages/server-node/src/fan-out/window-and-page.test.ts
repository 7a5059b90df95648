import { describe, expect, it } from "vitest";
import { put } from "../projection/define-projection.ts";
import { fanOutScene, keys, say } from "./testing/fan-out-scene.ts";
import { marker, note } from "./testing/sample-kinds.ts";
import { ScriptedSink } from "./testing/scripted-sink.ts";

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

  it("a page asked for below the floor begins at the floor: it never leaves a hole above it", async () => {
    const { attach } = chat();
    const sink = new ScriptedSink();
    const subscription = await attach(sink, { window: 1 });
    subscription.page({ before: 2n, limit: 1, requestId: "p-1" });
    const page = sink.frames().at(-1)?.snapshot;
    expect(page?.windowFloor).toBe("3");
    expect(keys(page)).toEqual(["Note/c"]);
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
