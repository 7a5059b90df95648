import { describe, expect, it } from "vitest";
import type { CheckpointPolicy } from "./hub-options.ts";
import { hubScene, room, tableOf } from "./testing/hub-scene.ts";
import { erased, grown, noted, remarked, settled } from "./testing/notes-module.ts";

const checkpoint: CheckpointPolicy = { everyEvents: 100, idleMs: 1_000 };

/** Keys stored with each commit; null: events only. */
function stored({ storage }: ReturnType<typeof hubScene>) {
  return storage.commits.map(({ entities }) => entities?.put.map(({ kind, id }) => `${kind}/${id}`) ?? null);
}

describe("checkpoints", () => {
  it("a growing text is stored as events; its entity once, when the session falls quiet", async () => {
    const scene = hubScene({ checkpoint });
    await scene.hub.publish(room, [noted("a")]);
    for (let count = 0; count < 5; count += 1) {
      await scene.platform.advance(500);
      await scene.hub.publish(room, [grown("a", "word ")]);
    }
    expect(stored(scene)).toEqual([null, null, null, null, null, null]);
    await scene.platform.advance(1_000);
    expect(stored(scene).at(-1)).toEqual(["Note/a", "Tally/all"]);
    expect(scene.storage.commits.at(-1)).toMatchObject({ events: [], head: { ordinal: 6n, projected: 6n } });
    await scene.platform.advance(10_000);
    expect(scene.storage.commits).toHaveLength(7);
  });

  it("what settles is stored with the commit that settles it", async () => {
    const scene = hubScene({ checkpoint });
    await scene.hub.publish(room, [noted("a", "", true)]);
    await scene.hub.publish(room, [grown("a", "done"), settled("a")]);
    expect(stored(scene)).toEqual([null, ["Note/a", "Tally/all"]]);
    await scene.platform.advance(5_000);
    expect(scene.storage.commits).toHaveLength(2);
  });

  it("every N events the entities are stored, so that replay stays short", async () => {
    const scene = hubScene({ checkpoint: { everyEvents: 3, idleMs: 1_000 } });
    for (let count = 0; count < 7; count += 1) await scene.hub.publish(room, [noted("a", `${count}`)]);
    expect(scene.storage.commits.map(({ head }) => head.projected)).toEqual([0n, 0n, 3n, 3n, 3n, 6n, 6n]);
  });

  it('"always" stores with every commit what it changed, and no more', async () => {
    const scene = hubScene({ checkpoint: "always" });
    await scene.hub.publish(room, [noted("a"), noted("b")]);
    await scene.hub.publish(room, [grown("a", "x")]);
    await scene.hub.publish(room, [erased("b")]);
    expect(stored(scene)).toEqual([["Note/a", "Tally/all", "Note/b"], ["Note/a"], ["Note/b"]]);
    expect(scene.storage.commits.at(-1)?.entities?.put).toMatchObject([
      { removed: true, payload: "", lastEventOrdinal: 4n },
    ]);
  });

  it("1,000 removals are remembered; older ones are forgotten in storage too, and the horizon says so", async () => {
    const scene = hubScene({ checkpoint: "always" });
    const ids = Array.from({ length: 1_002 }, (_, index) => `n${index}`);
    await scene.hub.publish(
      room,
      ids.map((id) => noted(id)),
    );
    await scene.hub.publish(
      room,
      ids.map((id) => erased(id)),
    );
    await scene.hub.publish(room, [remarked()]);
    const commit = scene.storage.commits.at(-1);
    expect(commit?.entities?.forget).toEqual([
      { kind: "Note", id: "n0" },
      { kind: "Note", id: "n1" },
    ]);
    expect(commit?.head.horizon).toBe(1_004n);
    const [call] = scene.fanOut.slice(-1);
    expect(call?.type === "commit" && call.reader.head().horizon).toBe(1_004n);
    const again = hubScene({ storage: scene.storage });
    expect((await tableOf(again.hub)).entities).toEqual((await tableOf(scene.hub)).entities);
    await again.hub.publish(room, [remarked()]);
    const reader = again.fanOut.flatMap((one) => (one.type === "commit" ? [one.reader] : []))[0];
    expect([reader?.removals().length, reader?.head().horizon]).toEqual([1_000, 1_004n]);
  });

  it("a checkpoint another process overtook follows it and is written later", async () => {
    const scene = hubScene({ checkpoint });
    await scene.hub.publish(room, [noted("a")]);
    const other = hubScene({ storage: scene.storage, checkpoint });
    other.platform.randomId = () => `other-${scene.platform.randomId()}`;
    await other.hub.publish(room, [noted("b")]);
    await scene.platform.advance(2_500);
    expect(scene.storage.commits.at(-1)).toMatchObject({ events: [], head: { ordinal: 2n, projected: 2n } });
    expect(await tableOf(scene.hub)).toEqual(await tableOf(other.hub));
  });
});
