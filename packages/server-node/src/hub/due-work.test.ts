import { describe, expect, it } from "vitest";
import { LOST } from "../doorbell/testing/unreliable-doorbell.ts";
import type { EffectContext } from "../effect/effect.ts";
import type { SharedMessageStorage } from "../storage/contract.ts";
import { sharedMemoryStorage } from "../storage/memory/shared-memory-storage.ts";
import { manualPlatform } from "../testing/manual-platform.ts";
import { hubFleet } from "./testing/hub-fleet.ts";
import { hubScene, room, tableOf } from "./testing/hub-scene.ts";
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

  it("F-R5 whose lease was lost before it began is left to whoever has it", async () => {
    const fleet = hubFleet();
    const own = sharedMemoryStorage(fleet.memory);
    const gate = gated();
    const storage: SharedMessageStorage = { ...own, heads: (sessions) => gate.opened.then(() => own.heads(sessions)) };
    const begun: string[] = [];
    const module = working(async (_, id) => void begun.push(id));
    const slow = fleet.start([module], { storage });
    await slow.hub.publish(room, [open("a")]);
    await fleet.clock.settle();
    fleet.memory.leases.forget(room);
    await fleet.storage.lease({ session: room, name: "a" }, { holder: "another", ttlMs: 600_000 });
    await fleet.clock.advance(30_000);
    gate.open();
    await fleet.clock.advance(1_000);
    expect(begun).toEqual([]);
  });

  it("F-R5 is published under its lease, whatever options it is published with", async () => {
    const fleet = hubFleet();
    const results: string[] = [];
    const module = working(async ({ publish }, id) => {
      fleet.memory.leases.forget(room);
      const options: object = { fence: undefined };
      results.push((await publish([settled(id)], options)).status);
    });
    await fleet.start([module]).hub.publish(room, [open("a")]);
    await fleet.clock.settle();
    expect(results).toEqual(["fenced"]);
  });

  it.each(["the same", "another"])(
    "F-R1 is done again when %s hub calls for it while its lease is given back",
    async (whose) => {
      const fleet = hubFleet();
      const own = sharedMemoryStorage(fleet.memory);
      const gate = gated();
      const storage: SharedMessageStorage = { ...own, release: (lease) => gate.opened.then(() => own.release(lease)) };
      const done: string[] = [];
      const module = working(async ({ publish }, id) => {
        await publish([settled(id)]);
        done.push(id);
      });
      const first = fleet.start([module], { storage });
      const again = whose === "another" ? fleet.start([module]) : first;
      await first.hub.publish(room, [open("a")]);
      await fleet.clock.settle();
      await again.hub.publish(room, [open("a")]);
      await fleet.clock.settle();
      gate.open();
      await fleet.clock.advance(1_000);
      expect(done).toEqual(["a", "a"]);
      expect(await fleet.storage.expiredLeases(10)).toEqual([]);
    },
  );

  it("F-S2 is begun at once when the answer to the commit that called for it was lost", async () => {
    const fleet = hubFleet();
    const own = sharedMemoryStorage(fleet.memory);
    let commits = 0;
    const storage: SharedMessageStorage = {
      ...own,
      async commit(commit) {
        commits += 1;
        const result = await own.commit(commit);
        if (commits === 1) throw new Error("connection reset");
        return result;
      },
    };
    const begun: string[] = [];
    const module = working(async ({ publish }, id) => {
      begun.push(id);
      await publish([settled(id)]);
    });
    await fleet.start([module], { storage }).hub.publish(room, [open("a")]);
    await fleet.clock.settle();
    expect(begun).toEqual(["a"]);
  });

  it("F-R1 is not fenced by the sweeper of its own hub", async () => {
    const fleet = hubFleet();
    const own = sharedMemoryStorage(fleet.memory);
    const [answer, taking] = [gated(), gated()];
    let answered = Promise.resolve();
    let takes = 0;
    const storage: SharedMessageStorage = {
      ...own,
      commit: (commit) => own.commit(commit).then((result) => answered.then(() => result)),
      lease: (key, request) => {
        takes += 1;
        return takes === 1 ? taking.opened.then(() => own.lease(key, request)) : own.lease(key, request);
      },
    };
    const results: string[] = [];
    const module = working(async ({ publish }, id) => {
      taking.open();
      await fleet.clock.settle();
      results.push((await publish([settled(id)])).status);
    });
    const { hub } = fleet.start([module], { storage });
    await hub.publish(room, [remarked()]);
    answered = answer.opened;
    const published = hub.publish(room, [open("a")]);
    // It is stored, its sweeper finds the work, and only then the hub hears that it is.
    await fleet.clock.advance(15_000);
    answer.open();
    await published;
    await fleet.clock.settle();
    taking.open();
    await fleet.clock.advance(1_000);
    expect(results).toEqual(["committed"]);
  });
});

describe("work that a view calls for from a later time on", () => {
  const MINUTE = 60_000;

  function later(notBefore: number, done: string[], name: string) {
    return notesModule({
      due: (view) =>
        view.listOpen(Note).map(({ id }) => ({
          key: id,
          name: "settle",
          notBefore,
          run: async ({ publish }) => {
            done.push(`${id} at ${name}`);
            await publish([settled(id)]);
          },
        })),
    });
  }

  it("F-R8 is done by one hub within a sweep of its time, and keeps nobody busy before", async () => {
    const fleet = hubFleet();
    const done: string[] = [];
    const at = fleet.clock.now() + 10 * MINUTE;
    const [a, b] = ["a", "b"].map((name) => fleet.start([later(at, done, name)]));
    await a?.hub.publish(room, [open("n")]);
    for (let minute = 0; minute < 9; minute += 1) {
      await b?.hub.publish(room, [remarked()]);
      await fleet.clock.advance(MINUTE);
    }
    expect([a, b].map((node) => node?.hub.stats().effects)).toEqual([0, 0]);
    await fleet.clock.advance(MINUTE - 1_000);
    expect(done).toEqual([]);
    await fleet.clock.advance(16_000);
    expect(done).toHaveLength(1);
    expect(await fleet.storage.expiredLeases(10)).toEqual([]);
  });

  it("F-R8 is done by a hub that starts after all who knew of it have died", async () => {
    const fleet = hubFleet();
    const done: string[] = [];
    const at = fleet.clock.now() + 10 * MINUTE;
    const a = fleet.start([later(at, done, "a")]);
    await a.hub.publish(room, [open("n")]);
    await fleet.clock.advance(MINUTE);
    a.kill();
    await fleet.clock.advance(30 * MINUTE);
    fleet.start([later(at, done, "late")]);
    await fleet.clock.advance(1_000);
    expect(done).toEqual(["n at late"]);
  });

  it("F-R8 that is called for no more is swept up once, and not done", async () => {
    const fleet = hubFleet();
    const done: string[] = [];
    const a = fleet.start([later(fleet.clock.now() + 10 * MINUTE, done, "a")]);
    await a.hub.publish(room, [open("n")]);
    await fleet.clock.advance(MINUTE);
    await a.hub.publish(room, [settled("n")]);
    await fleet.clock.advance(15 * MINUTE);
    expect(done).toEqual([]);
    expect(await fleet.storage.expiredLeases(10)).toEqual([]);
  });

  it("F-R8 is done by a hub that is alone, which keeps the session in memory for it", async () => {
    const done: string[] = [];
    const platform = manualPlatform();
    const at = platform.now() + 10 * MINUTE;
    const { hub } = hubScene({ platform, modules: [later(at, done, "alone")], limits: { evictAfterMs: MINUTE } });
    await hub.publish(room, [open("n")]);
    await platform.advance(10 * MINUTE - 1);
    expect(done).toEqual([]);
    await platform.advance(6_000);
    expect(done).toEqual(["n at alone"]);
  });
});

function gated() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
