import { describe, expect, it } from "vitest";
import type { EffectContext } from "../effect/effect.ts";
import type { HubPlatform } from "../platform/hub-platform.ts";
import { hubFleet } from "./testing/hub-fleet.ts";
import { room, tableOf } from "./testing/hub-scene.ts";
import { Note, noted, notesModule } from "./testing/notes-module.ts";

const HOUR = 3_600_000;

/** A machine whose clock is off by whatever `skew.ms` is at the moment. Its timers are as good as anybody's. */
function skewed(clock: HubPlatform, name: string, skew: { ms: number }): HubPlatform {
  let minted = 0;
  return {
    now: () => clock.now() + skew.ms,
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
    randomId: () => `${name}-${++minted}`,
    defer: (callback) => clock.defer(callback),
    yield: () => clock.yield(),
  };
}

describe("F-D16 hubs whose clocks disagree by hours", () => {
  it("write one log, in order, whose times never go back", async () => {
    const fleet = hubFleet();
    const skews = [{ ms: HOUR }, { ms: -HOUR }, { ms: 0 }];
    const hubs = skews.map((skew, n) =>
      fleet.start([notesModule()], { platform: skewed(fleet.clock, `hub${n}`, skew) }),
    );
    for (let round = 0; round < 10; round += 1) {
      // The third jumps back an hour half-way.
      if (round === 5 && skews[2] !== undefined) skews[2].ms = -HOUR;
      for (const [n, { hub }] of hubs.entries()) await hub.publish(room, [noted(`${round}-${n}`)]);
      await fleet.clock.advance(1_000);
    }
    const log = await fleet.storage.events(room, { after: 0n, limit: 100 });
    if (log === "gone") throw new Error("the log is there");
    expect(log.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 30 }, (_, n) => BigInt(n + 1)));
    const times = log.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const tables = await Promise.all(hubs.map(({ hub }) => tableOf(hub)));
    expect(tables[1]).toEqual(tables[0]);
    expect(tables[2]).toEqual(tables[0]);
  });

  it.each([
    ["the holder is behind, the others ahead", -HOUR, HOUR],
    ["the holder is ahead, the others behind", HOUR, -HOUR],
  ])("take no lease before the store's clock says so, and take it then: %s", async (_, holders, others) => {
    const fleet = hubFleet();
    const started: string[] = [];
    const skew = { ms: holders };
    const working = (name: string) =>
      notesModule({
        due: (view) =>
          view.listOpen(Note).map(({ id }) => ({
            key: id,
            name: "talk",
            run: async ({ signal }: EffectContext) => {
              started.push(name);
              await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
            },
          })),
      });
    const holder = fleet.start([working("holder")], { platform: skewed(fleet.clock, "holder", skew) });
    await holder.hub.publish(room, [noted("a", "", true)]);
    await fleet.clock.settle();
    for (const name of ["ben", "cleo"]) {
      const { hub } = fleet.start([working(name)], { platform: skewed(fleet.clock, name, { ms: others }) });
      await tableOf(hub);
    }
    await fleet.clock.advance(120_000);
    skew.ms -= HOUR;
    await fleet.clock.advance(120_000);
    expect(started).toEqual(["holder"]);
    holder.kill();
    await fleet.clock.advance(60_000);
    expect(started).toHaveLength(2);
    expect(started[1]).not.toBe("holder");
  });
});
