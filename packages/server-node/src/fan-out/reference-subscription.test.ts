import { describe, expect, it } from "vitest";
import { put } from "../projection/define-projection.ts";
import { fanOutScene, say } from "./testing/fan-out-scene.ts";
import { marker, note, whispered } from "./testing/sample-kinds.ts";
import { ScriptedSink } from "./testing/scripted-sink.ts";

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
      "@type": "type.googleapis.com/sessionstream.v1.TextAppend",
      field: "",
      offset: 0,
      text: "",
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
