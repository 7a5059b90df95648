import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { describe, expect, it } from "vitest";
import { FoldClient } from "../../packages/server-node/src/fan-out/testing/fold-client.ts";
import { noted } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { type ScriptedStorage, scriptedStorage } from "../../packages/server-node/src/hub/testing/scripted-storage.ts";
import { manualPlatform } from "../../packages/server-node/src/testing/manual-platform.ts";
import { type MemoryServer, memoryServer } from "./harness/memory-server.ts";
import type { MemorySocket } from "./harness/memory-socket.ts";
import { foldedNotes, logOf, notesHub, sessionKey, writeNote } from "./harness/notes-hub.ts";

const CONNECTIONS = 1_000;
const room = sessionKey("room");

/** A client that follows `room`, and comes back elsewhere with its cursor when it is told to. */
class Tab {
  readonly fold = new FoldClient();
  socket: MemorySocket;
  #read = 0;

  constructor(socket: MemorySocket) {
    this.socket = socket;
    socket.subscribe(room.session);
  }

  read(): void {
    for (const frame of this.socket.received().slice(this.#read)) this.fold.receive(frame);
    this.#read = this.socket.texts.length;
  }

  /** When it was told to come back, in ms after it was told; `null` while it was not. */
  returnsAfter(): number | null {
    const draining = this.socket.received().find((frame) => frame.draining !== undefined)?.draining;
    return draining === undefined ? null : (draining.afterMs ?? 0);
  }

  comeBack(socket: MemorySocket): void {
    this.read();
    this.socket = socket;
    this.#read = 0;
    const { epoch, view, tag, ordinal } = this.fold;
    const cursor = { epoch, view, tag, sinceSnapshotOrdinal: String(ordinal) };
    socket.say({ subscribe: { sessionId: room.session, capabilities: ["timeline"], ...cursor } });
  }
}

async function connectTabs({ connect, platform }: MemoryServer): Promise<readonly Tab[]> {
  const tabs: Tab[] = [];
  for (let index = 0; index < CONNECTIONS; index += 1) tabs.push(new Tab(await connect()));
  await platform.settle();
  return tabs;
}

/** Commands that are on their way to the storage when the drain begins. */
async function inFlight(server: MemoryServer, storage: ScriptedStorage) {
  const release = storage.holdCommits();
  const answers = Promise.all(
    Array.from({ length: 20 }, (_, index) => writeNote(server.hub, room.session, `c-${index}`, `n${index}`)),
  );
  await server.platform.settle();
  return { release, answers };
}

describe("a deploy", () => {
  it("F-S13 sends 1,000 connections away within 30 s, at most 15 % of them in a second; what was accepted is there once", async () => {
    const storage = scriptedStorage(sqliteStorage({ path: ":memory:" }));
    const platform = manualPlatform();
    const old = memoryServer({ storage, platform });
    await old.hub.publish(room, [noted("first", "x")]);
    const tabs = await connectTabs(old);
    const { release, answers } = await inFlight(old, storage);
    const drained = old.hub.drain();
    const refused = writeNote(old.hub, room.session, "c-late", "late");
    await expect(refused).rejects.toMatchObject({ code: "draining", retryable: true });
    release();
    expect((await answers).every(({ repeated }) => !repeated)).toBe(true);
    await drained;
    for (const tab of tabs) tab.read();

    const next = memoryServer({ storage, platform });
    const begun = platform.now();
    let isDone = false;
    const done = old.transport.drain().then(() => {
      isDone = true;
    });
    expect((await old.connect()).status).toBe(503);
    const perSecond: number[] = [];
    const away = new Set(tabs);
    while (away.size > 0 && platform.now() - begun < 30_000) {
      await platform.advance(1_000);
      let returning = 0;
      for (const tab of away) {
        if (tab.returnsAfter() === null) continue;
        expect(tab.socket.closeCode).toBe(4001);
        away.delete(tab);
        returning += 1;
        tab.comeBack(await next.connect());
      }
      perSecond.push(returning);
    }
    await done;
    expect(isDone).toBe(true);
    expect(away.size).toBe(0);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(0.15 * CONNECTIONS);

    // The retry of what was refused, and of what was accepted: each takes effect once.
    await writeNote(next.hub, room.session, "c-late", "late");
    expect((await writeNote(next.hub, room.session, "c-7", "n7")).repeated).toBe(true);
    await platform.settle();
    const notes = ["first:x", ...Array.from({ length: 20 }, (_, index) => `n${index}:`), "late:"];
    for (const tab of tabs) {
      tab.read();
      expect(tab.fold.violations).toEqual([]);
      expect(foldedNotes(tab.fold)).toEqual(notes);
    }
    expect(await logOf(storage, room.session)).toHaveLength(22);
    expect(old.hub.stats()).toMatchObject({ subscribers: 0, draining: true });
  });
});

describe("a process that stands still", () => {
  it("F-S14 for 5 s kicks nobody, and then goes on to find who is gone", async () => {
    const server = memoryServer();
    const { platform, transport } = server;
    const tabs = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
    for (const tab of tabs) tab.subscribe(room.session);
    const dead = await server.connect({ answersPings: false });
    dead.subscribe(room.session);
    await platform.advance(24_999);
    for (let turn = 0; turn < 3; turn += 1) {
      // User code keeps the loop: pings, pongs and their deadlines are all late at once.
      platform.setNow(platform.now() + 40_000);
      await platform.advance(1);
      expect(transport.connections()).toHaveLength(turn === 0 ? 51 : transport.connections().length);
    }
    expect(tabs.map(({ closeCode }) => closeCode)).toEqual(tabs.map(() => null));
    await platform.advance(60_000);
    expect(dead.closeCode).toBe(4012);
    expect(transport.connections()).toHaveLength(50);
  });
});

describe("many sessions", () => {
  it("F-S4 100 sessions with 100 commands each: in order within a session, and none waits for another session", async () => {
    const storage = scriptedStorage();
    let waiting = 0;
    let together = 0;
    storage.beforeCommit = async () => {
      waiting += 1;
      together = Math.max(together, waiting);
      await new Promise((resolve) => setImmediate(resolve));
      waiting -= 1;
    };
    const { hub } = notesHub({ storage, limits: { maxNewSessionsPerDay: 1_000_000 } });
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    await Promise.all(
      numbers.flatMap((session) =>
        numbers.map(async (command) => {
          const ack = await writeNote(hub, `s-${session}`, `c-${command}`, `n${command}`);
          expect([ack.ordinal, ack.outcome["notes"]]).toEqual([BigInt(command + 1), command + 1]);
        }),
      ),
    );
    expect(together).toBe(100);
    for (const session of [0, 50, 99]) {
      const log = await logOf(storage, `s-${session}`);
      expect(log.map(({ commandId }) => commandId)).toEqual(numbers.map((command) => `c-${command}`));
    }
  });

  it("F-S16 10,000 sessions that were touched leave nothing in memory", async () => {
    const { hub, platform } = notesHub({ limits: { maxNewSessionsPerDay: 1_000_000 } });
    for (let index = 0; index < 10_000; index += 500) {
      const touched = Array.from({ length: 500 }, (_, more) => `s-${index + more}`);
      await Promise.all(touched.map((session) => hub.publish(sessionKey(session), [noted("a")])));
    }
    const before = platform.pendingTimers;
    expect(hub.stats().sessions).toBe(10_000);
    await platform.advance(6 * 60_000);
    expect(hub.stats()).toMatchObject({ sessions: 0, subscribers: 0, effects: 0 });
    expect(before).toBeGreaterThan(10_000);
    // The sweeper's own.
    expect(platform.pendingTimers).toBe(1);
  });
});
