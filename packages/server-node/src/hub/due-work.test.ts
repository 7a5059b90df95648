import { describe, expect, it } from "vitest";
import { LOST } from "../doorbell/testing/unreliable-doorbell.ts";
import type { EffectContext } from "../effect/effect.ts";
import { hubFleet } from "./testing/hub-fleet.ts";
import { room, tableOf } from "./testing/hub-scene.ts";
import { Note, noted, notesModule, remarked, settled } from "./testing/notes-module.ts";

/** Every open note is work; `work` does it. */
function working(work: (context: EffectContext, id: string) => Promise<void>) {
  return notesModule({
    due: (view) =>
      view.listOpen(Note).map(({ id }) => ({ key: id, name: "settle", run: (context) => work(context, id) })),
  });
}

const open = (id: string) => noted(id, "", true);

describe("work that a view calls for, on shared storage", () => {
  it("F-R1 that fails is tried again when its lease is over, and no sooner", async () => {
    const fleet = hubFleet();
    const triedAt: number[] = [];
    const start = fleet.clock.now();
    const module = working(async ({ publish, now }, id) => {
      triedAt.push(now() - start);
      if (triedAt.length === 1) throw new Error("no model");
      await publish([settled(id)]);
    });
    const [a, b] = [fleet.start([module]), fleet.start([module])];
    await a.hub.publish(room, [open("a")]);
    await fleet.clock.advance(60_000);
    expect(triedAt).toHaveLength(2);
    expect(triedAt[1]).toBeGreaterThanOrEqual(30_000);
    expect(triedAt[1]).toBeLessThanOrEqual(45_000);
    expect((await tableOf(b.hub)).entities.every((entity) => !entity.open)).toBe(true);
    expect(await fleet.storage.expiredLeases(10)).toEqual([]);
  });

  it("F-R1 is taken up by a hub that has the session in memory and has not heard of it", async () => {
    const fleet = hubFleet();
    fleet.doorbell.fate = LOST;
    const done: string[] = [];
    const module = working(async ({ publish }, id) => {
      done.push(id);
      await publish([settled(id)]);
    });
    const dying = fleet.start([module], { failpoint: (name) => name === "after-commit" && deadly && dying.kill() });
    let deadly = false;
    const other = fleet.start([module]);
    await dying.hub.publish(room, [remarked()]);
    await tableOf(other.hub);
    await fleet.clock.advance(1_000);
    deadly = true;
    void dying.hub.publish(room, [open("a")]);
    await fleet.clock.advance(15_000);
    expect(done).toEqual(["a"]);
  });
});
