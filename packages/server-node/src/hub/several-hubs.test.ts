import { create } from "@bufbuild/protobuf";
import { TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { describe, expect, it } from "vitest";
import type { Doorbell } from "../doorbell/contract.ts";
import { LOST } from "../doorbell/testing/unreliable-doorbell.ts";
import { FoldClient } from "../fan-out/testing/fold-client.ts";
import { ScriptedSink } from "../fan-out/testing/scripted-sink.ts";
import type { SharedMessageStorage } from "../storage/contract.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { sharedMemoryStorage } from "../storage/memory/shared-memory-storage.ts";
import { createHub } from "./create-hub.ts";
import { type FleetMember, type HubFleet, hubFleet } from "./testing/hub-fleet.ts";
import { alice, attachRequest, room, tableOf } from "./testing/hub-scene.ts";
import { noted, notesModule, remarked } from "./testing/notes-module.ts";

const MINUTE = 60_000;
/** The poll far away: what arrives was rung. */
const RARELY = { healMs: 60 * MINUTE };

function two(options: { readonly healMs?: number } = {}) {
  const fleet = hubFleet();
  const limits = { ...options };
  const a = fleet.start([notesModule()], { limits });
  const b = fleet.start([notesModule()], { limits });
  return { fleet, a, b };
}

async function watch({ hub }: FleetMember, session = room) {
  const sink = new ScriptedSink();
  await hub.attach(alice, attachRequest({ session, sink }));
  return {
    sink,
    timeline() {
      const client = new FoldClient();
      for (const frame of sink.frames()) client.receive(frame);
      expect(client.violations).toEqual([]);
      return client.timeline().map(({ id }) => id);
    },
  };
}

const write = (member: FleetMember, id: string) => member.hub.publish(room, [noted(id)]);

async function ordinalsOf(fleet: HubFleet, session = room): Promise<readonly bigint[]> {
  const events = await fleet.storage.events(session, { after: 0n, limit: 1_000 });
  return events === "gone" ? [] : events.map(({ ordinal }) => ordinal);
}

const dense = (length: number) => Array.from({ length }, (_, index) => BigInt(index) + 1n);

describe("two hubs on one storage", () => {
  it("F-S5 H47 write to the same sessions: every event is there once, dense in its own session", async () => {
    const { fleet, a, b } = two();
    const sessions = [room, { ...room, session: "room-2" }];
    const watched = await Promise.all(sessions.flatMap((session) => [watch(a, session), watch(b, session)]));
    const writing = [a, b].flatMap(({ hub }, n) =>
      sessions.flatMap((session) =>
        Array.from({ length: 25 }, (_, index) => hub.publish(session, [noted(`${n}-${index}`)])),
      ),
    );
    const results = await Promise.all(writing);
    expect(results.every(({ status }) => status === "committed")).toBe(true);
    await fleet.clock.advance(100);
    for (const session of sessions) expect(await ordinalsOf(fleet, session)).toEqual(dense(50));
    const [atA, atB] = watched;
    expect(new Set(atA?.timeline()).size).toBe(51);
    expect(atA?.timeline()).toEqual(atB?.timeline());
    expect(await tableOf(a.hub)).toEqual(await tableOf(b.hub));
  });

  it("F-S4 let no session wait for another one's storage", async () => {
    const fleet = hubFleet();
    const storage = sharedMemoryStorage(fleet.memory);
    const stuck: SharedMessageStorage = {
      ...storage,
      commit: (commit) => (commit.session.session === "stuck" ? new Promise(() => undefined) : storage.commit(commit)),
    };
    const { hub } = fleet.start([notesModule()], { storage: stuck });
    void hub.publish({ ...room, session: "stuck" }, [noted("a")]);
    const others = Array.from({ length: 100 }, (_, n) => ({ ...room, session: `room-${n}` }));
    await Promise.all(
      others.flatMap((session) => Array.from({ length: 10 }, (_, n) => hub.publish(session, [noted(`${n}`)]))),
    );
    for (const session of others) expect(await ordinalsOf(fleet, session)).toEqual(dense(10));
  });

  it("show what the other one stored, to whoever asks, rung or not", async () => {
    const { fleet, a, b } = two(RARELY);
    fleet.doorbell.fate = LOST;
    expect((await tableOf(b.hub)).ordinal).toBeUndefined();
    await write(a, "one");
    expect((await tableOf(b.hub)).ordinal).toBe(1n);
    await write(a, "two");
    expect((await tableOf(b.hub)).ordinal).toBe(2n);
    expect((await watch(b)).timeline()).toEqual(["one", "all", "two"]);
  });

  it("L10: hear of the end of a log, and of the one after it", async () => {
    const { fleet, a, b } = two(RARELY);
    await write(a, "old");
    const watched = await watch(b);
    await a.hub.remove(alice, room.session);
    await fleet.clock.advance(100);
    expect(watched.timeline()).toEqual([]);
    await write(a, "new");
    await fleet.clock.advance(100);
    expect(watched.timeline()).toEqual(["new", "all"]);
  });
});

describe("fences", () => {
  it("F-R5 of a lease that another took refuse their own units alone", async () => {
    const { fleet, a } = two();
    const key = { session: room, name: "work" };
    const lease = { holder: "zombie", ttlMs: MINUTE };
    const old = await fleet.storage.lease(key, lease);
    const now = await fleet.storage.lease(key, lease);
    const command = { principal: alice, session: room.session, command: "WriteNote", id: "c-1" };
    const results = await Promise.all([
      a.hub.publish(room, [noted("before")]),
      a.hub.publish(room, [noted("zombie")], { fence: old?.token ?? 0n }),
      a.hub.submit({ ...command, payload: { field: "command" } }),
      a.hub.publish(room, [noted("owner")], { fence: now?.token ?? 0n }),
      a.hub.publish(room, [noted("zombie again")], { fence: old?.token ?? 0n }),
      a.hub.publish(room, [noted("after")]),
    ]);
    const statuses = results.map((result) => ("status" in result ? result.status : "acked"));
    expect(statuses).toEqual(["committed", "fenced", "acked", "committed", "fenced", "committed"]);
    expect((await watch(a)).timeline().sort()).toEqual(["after", "all", "before", "command", "owner"]);
  });
});

describe("a doorbell", () => {
  it("F-B2 is rung after the commit, at most 20 times a second for a session, with the last head", async () => {
    const { fleet, a } = two();
    const early: unknown[] = [];
    const heads: bigint[] = [];
    fleet.doorbell.fate = (notice) => {
      if (notice.type !== "head") return [0];
      heads.push(notice.ordinal);
      void ordinalsOf(fleet).then((stored) => {
        if (!stored.includes(notice.ordinal)) early.push(notice);
      });
      return [0];
    };
    for (let n = 1; n <= 100; n += 1) {
      await write(a, `${n}`);
      await fleet.clock.advance(10);
    }
    expect(heads.length).toBeLessThanOrEqual(21);
    await fleet.clock.advance(50);
    expect(heads.at(-1)).toBe(100n);
    expect(early).toEqual([]);
  });

  it("F-B2 that fails fails no commit, is on record once, and is seen in the hub's health", async () => {
    const { fleet, a } = two();
    await fleet.clock.advance(100);
    expect(a.hub.stats().doorbell).toBe("listening");
    fleet.doorbell.ringError = new Error("the bus is full");
    for (const id of ["one", "two", "three"]) {
      expect(await write(a, id)).toMatchObject({ status: "committed" });
      await fleet.clock.advance(100);
    }
    expect(a.hub.stats().doorbell).toBe("deaf");
    expect(a.errors).toMatchObject([{ kind: "doorbell", message: "the bus is full" }]);
    fleet.doorbell.ringError = null;
    await fleet.clock.advance(31_000);
    expect(a.hub.stats().doorbell).toBe("listening");
  });

  it("F-B2 that throws instead of rejecting fails no commit and no hub either", async () => {
    const { fleet } = two();
    const ring = () => {
      throw new Error("no bus");
    };
    const { hub, errors } = fleet.start([notesModule()], { doorbell: { ...fleet.doorbell, ring } });
    expect(await hub.publish(room, [noted("one")])).toMatchObject({ status: "committed" });
    await fleet.clock.settle();
    expect(errors).toMatchObject([{ kind: "doorbell", message: "no bus" }]);
  });

  it("F-B2 H49 that cannot be left neither ends the process nor keeps a hub from closing", async () => {
    const { fleet } = two();
    const listen: Doorbell["listen"] = () => () => {
      throw new Error("no way out");
    };
    const { hub, errors } = fleet.start([notesModule()], { doorbell: { ring: async () => undefined, listen } });
    await fleet.clock.advance(31_000);
    expect(errors).toMatchObject([{ kind: "doorbell", code: "timeout" }]);
    await hub.close();
    await fleet.clock.advance(31_000);
    expect(hub.stats().draining).toBe(true);
  });

  it("F-B2 H43 that cannot be listened to is tried again", async () => {
    const fleet = hubFleet();
    fleet.doorbell.listenError = new Error("no bus yet");
    const { hub, errors } = fleet.start([notesModule()]);
    await fleet.clock.settle();
    expect(hub.stats().doorbell).toBe("deaf");
    expect(errors).toMatchObject([{ kind: "doorbell", message: "no bus yet" }]);
    fleet.doorbell.listenError = null;
    await fleet.clock.advance(31_000);
    expect(hub.stats().doorbell).toBe("listening");
  });

  it("F-B4 that is cut off costs seconds: the healing poll finds every commit", async () => {
    const { fleet, a, b } = two();
    const watched = await watch(b);
    fleet.doorbell.fate = LOST;
    for (const id of ["one", "two", "three"]) {
      await write(a, id);
      await fleet.clock.advance(6_000);
      expect(watched.timeline()).toContain(id);
    }
  });

  it("F-B1 that comes back is followed by a look at every head", async () => {
    const { fleet, a, b } = two(RARELY);
    const watched = await watch(b);
    fleet.doorbell.fate = LOST;
    await write(a, "missed");
    await fleet.clock.advance(1_000);
    expect(watched.timeline()).toEqual([]);
    fleet.doorbell.reconnect();
    await fleet.clock.settle();
    expect(watched.timeline()).toEqual(["missed", "all"]);
  });

  it("F-B5 may ring twice, late and in any order", async () => {
    const { fleet, a, b } = two(RARELY);
    const watched = await watch(b);
    const delays = [[40, 900], [0], [700, 5, 5], [300], [1_200, 0]];
    fleet.doorbell.fate = (notice) => (notice.type === "head" ? (delays.shift() ?? [0]) : [0]);
    for (let n = 1; n <= 5; n += 1) {
      await write(a, `${n}`);
      await fleet.clock.advance(60);
    }
    await fleet.clock.advance(2_000);
    expect(watched.timeline()).toEqual(["1", "all", "2", "3", "4", "5"]);
    const followed = b.pipeline.filter(({ mode }) => mode === "caught-up");
    expect(followed.flatMap(({ events }) => events.map(({ ordinal }) => ordinal))).toEqual(dense(5));
  });

  it("F-B6 H43 that died without a word is found within 30 s, on record, and heard again", async () => {
    const { fleet, a, b } = two(RARELY);
    const watched = await watch(b);
    await fleet.clock.advance(20_000);
    fleet.doorbell.killSubscriptions();
    await write(a, "missed");
    await fleet.clock.advance(30_000);
    expect(b.errors).toMatchObject([{ kind: "doorbell", code: "timeout" }]);
    expect(watched.timeline()).toEqual(["missed", "all"]);
    expect(fleet.doorbell.listening).toBe(2);
    await write(a, "heard");
    await fleet.clock.advance(100);
    expect(watched.timeline()).toEqual(["missed", "all", "heard"]);
    expect(b.hub.stats().doorbell).toBe("listening");
  });

  it("F-B7 H43 leads to a session that cannot be read, and the others go on", async () => {
    const fleet = hubFleet();
    const storage = sharedMemoryStorage(fleet.memory);
    let broken = false;
    const unreadable: SharedMessageStorage = {
      ...storage,
      async events(session, query) {
        if (broken && session.session === room.session) throw new Error("damaged");
        return storage.events(session, query);
      },
    };
    const a = fleet.start([notesModule()]);
    const b = fleet.start([notesModule()], { storage: unreadable });
    const other = { ...room, session: "room-2" };
    const bad = await watch(b);
    const good = await watch(b, other);
    broken = true;
    for (let n = 1; n <= 3; n += 1) {
      await write(a, `${n}`);
      await a.hub.publish(other, [noted(`${n}`)]);
      await fleet.clock.advance(6_000);
    }
    expect(good.timeline()).toEqual(["1", "all", "2", "3"]);
    expect(b.errors).toContainEqual(expect.objectContaining({ kind: "storage", subject: "follow", session: room }));
    broken = false;
    await fleet.clock.advance(6_000);
    expect(bad.timeline()).toEqual(["1", "all", "2", "3"]);
  });

  it("brings what is shown beside the log to those who watch elsewhere, once", async () => {
    const fleet = hubFleet();
    const shown = create(TextAppendSchema, { field: "typing" });
    const effect = {
      key: "show",
      name: "show",
      run: async ({ ephemeral }: { ephemeral: (key: string, payload: typeof shown) => void }) =>
        ephemeral("typing", shown),
    };
    const module = notesModule({ due: (view) => (view.ordinal === 1n ? [effect] : []) });
    const a = fleet.start([module], { limits: RARELY });
    const b = fleet.start([module], { limits: RARELY });
    const watched = await Promise.all([watch(a), watch(b)]);
    await a.hub.publish(room, [remarked()]);
    await fleet.clock.advance(100);
    const keysOf = (sink: ScriptedSink) => sink.frames().flatMap(({ ephemeral }) => ephemeral?.key ?? []);
    expect(watched.map(({ sink }) => keysOf(sink))).toEqual([["typing"], ["typing"]]);
  });

  it("tells the other hubs of a revocation", async () => {
    const { fleet, a, b } = two();
    const told: unknown[] = [];
    a.hub.onRevoked((revocation) => told.push(revocation));
    b.hub.onRevoked((revocation) => told.push(revocation));
    a.hub.revoke({ principal: alice });
    await fleet.clock.advance(100);
    expect(told).toEqual([{ principal: alice }, { principal: alice }]);
  });

  it("H49 stops with its hub, which can be closed twice and leaves no timer behind; the others go on", async () => {
    const { fleet, a, b } = two();
    const watched = await watch(b);
    await Promise.all([a.hub.close(), a.hub.close()]);
    expect(fleet.doorbell.listening).toBe(1);
    const c = fleet.start([notesModule()]);
    await write(c, "on");
    await fleet.clock.advance(100);
    expect(watched.timeline()).toEqual(["on", "all"]);
    await Promise.all([b.hub.close(), c.hub.close()]);
    await fleet.clock.advance(100);
    expect(fleet.clock.pendingTimers).toBe(0);
  });

  it("H49 is not needed: hubs without one find each other's commits by polling", async () => {
    const fleet = hubFleet();
    const [a, b] = [fleet.startWithoutDoorbell([notesModule()]), fleet.startWithoutDoorbell([notesModule()])];
    const watched = await watch(b);
    await write(a, "one");
    await fleet.clock.advance(6_000);
    expect(watched.timeline()).toEqual(["one", "all"]);
    expect(b.hub.stats().doorbell).toBe("none");
  });

  it("is refused beside a storage for one process", () => {
    const { doorbell } = hubFleet();
    const options = { storage: memoryStorage(), modules: [notesModule()], authorize: () => true, doorbell };
    expect(() => createHub(options)).toThrow(expect.objectContaining({ code: "invalid_options" }));
  });
});
