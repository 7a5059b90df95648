import { expect, it } from "vitest";
import { FoldClient } from "../fan-out/testing/fold-client.ts";
import { ScriptedSink } from "../fan-out/testing/scripted-sink.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { manualPlatform } from "../testing/manual-platform.ts";
import { createHub } from "./create-hub.ts";
import { alice, attachRequest, room } from "./testing/hub-scene.ts";
import { erased, grown, noted, notesModule, POISON, remarked, settled } from "./testing/notes-module.ts";

function start() {
  const storage = memoryStorage();
  const platform = manualPlatform();
  const hub = createHub({ storage, platform, modules: [notesModule()], authorize: () => true });
  const watch = async () => {
    const sink = new ScriptedSink();
    await hub.attach(alice, attachRequest({ sink }));
    return sink;
  };
  const timelineOf = (sink: ScriptedSink) => {
    const client = new FoldClient();
    for (const frame of sink.frames()) client.receive(frame);
    return { at: [client.epoch, client.ordinal], timeline: client.timeline(), violations: client.violations };
  };
  return { hub, platform, watch, timelineOf };
}

it("L1 L2: who watched from before the first event sees what who comes last is shown, through every kind of change", async () => {
  const { hub, watch, timelineOf } = start();
  const first = await watch();
  const steps = [
    [noted("a", "one", true), noted("b")],
    [grown("a", " two")],
    [noted("c", POISON), remarked()],
    [settled("a"), erased("b"), noted("b", "anew")],
    [noted("d"), erased("d")],
    [erased("a")],
  ];
  for (const events of steps) {
    await hub.publish(room, events);
    const late = await watch();
    expect(timelineOf(first)).toEqual(timelineOf(late));
    expect(timelineOf(first).violations).toEqual([]);
  }
  await hub.rebuild(room);
  const late = await watch();
  expect(timelineOf(first)).toEqual(timelineOf(late));
});

it("L10: who watches a session that is removed and begun anew sees the new one, and nothing of the old", async () => {
  const { hub, watch, timelineOf } = start();
  const sink = await watch();
  await hub.publish(room, [noted("a"), noted("b")]);
  await hub.remove(alice, room.session);
  await hub.publish(room, [noted("c")]);
  const { timeline, violations } = timelineOf(sink);
  expect(timeline.map(({ id }) => id)).toEqual(["c", "all"]);
  expect(violations).toEqual([]);
});

it("L6: a subscriber that breaks costs the publisher nothing and the others nothing", async () => {
  const { hub, watch, timelineOf } = start();
  const broken = await watch();
  const other = await watch();
  broken.send = () => {
    throw new Error("socket gone");
  };
  expect(await hub.publish(room, [noted("a")])).toMatchObject({ status: "committed", ordinal: 1n });
  expect(timelineOf(other).at[1]).toBe(1n);
  expect(await hub.errors({ session: room })).toMatchObject([{ kind: "fan-out" }]);
});
