import { describe, expect, it } from "vitest";
import { FoldClient } from "../../packages/server-node/src/fan-out/testing/fold-client.ts";
import { grown, noted } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { memoryServer } from "./harness/memory-server.ts";
import type { MemorySocket } from "./harness/memory-socket.ts";
import { foldedNotes, notesHub, sessionKey } from "./harness/notes-hub.ts";
import { socketServer } from "./harness/socket-server.ts";

const room = sessionKey("room");
const KIB = 1_024;
const MAX_QUEUED = 1_024 * KIB;

/** Longer than these tests take: whether a peer that reads nothing is alive is not the question here. */
const NO_HEARTBEAT = { heartbeatIntervalMs: 3_600_000 };

function foldOf(socket: MemorySocket): FoldClient {
  const fold = new FoldClient();
  for (const frame of socket.received()) fold.receive(frame);
  return fold;
}

/** Epochs and tags are minted anew in every run. */
function withoutIds(text: string): string {
  return text.replaceAll(/"(epoch|tag)":"[^"]*"/g, '"$1":""');
}

/** 500 frames of a KiB a second, for `seconds`, to `fast` readers beside `stalled` ones. */
async function stream(peers: { readonly fast: number; readonly stalled: number }, seconds: number) {
  const server = memoryServer({}, { limits: NO_HEARTBEAT });
  async function connectAll(count: number, appetite: number): Promise<readonly MemorySocket[]> {
    const sockets: MemorySocket[] = [];
    for (let index = 0; index < count; index += 1) {
      const socket = await server.connect({ appetite, keepsFrames: index === 0 });
      socket.subscribe("room");
      sockets.push(socket);
    }
    return sockets;
  }
  await server.hub.publish(room, [noted("a")]);
  // Enough for the upgrade, the hello and the first snapshot; then silence.
  const stalled = await connectAll(peers.stalled, 2 * KIB);
  const fast = await connectAll(peers.fast, Number.POSITIVE_INFINITY);
  await server.platform.settle();
  let peak = 0;
  let largest = 0;
  for (let tenth = 0; tenth < 10 * seconds; tenth += 1) {
    const note = `n${tenth}`;
    await server.hub.publish(room, [noted(note)]);
    for (let frame = 1; frame < 50; frame += 1) {
      await server.hub.publish(room, [noted(`${note}-${frame % 3}`, `${frame}:`.padEnd(KIB - 250, "x"))]);
    }
    await server.platform.advance(100);
    const queued = server.transport.connections().map(({ queuedBytes }) => queuedBytes);
    largest = Math.max(largest, ...queued);
    peak = Math.max(peak, server.queuedBytes());
  }
  return { server, stalled, fast, peak, largest };
}

describe("stalled subscribers", () => {
  it("F-S8 I9 L6: 200 that read nothing cost bounded bytes, and 20 that read get every frame at its ordinal", async () => {
    const alone = await stream({ fast: 20, stalled: 0 }, 6);
    const beside = await stream({ fast: 20, stalled: 200 }, 6);
    expect(beside.largest).toBeLessThanOrEqual(MAX_QUEUED);
    expect(beside.largest).toBeGreaterThan(MAX_QUEUED / 2);
    expect(beside.peak).toBeLessThanOrEqual(200 * MAX_QUEUED);
    expect(beside.fast.map(({ frames }) => frames)).toEqual(alone.fast.map(({ frames }) => frames));
    const [first] = beside.fast;
    const [firstAlone] = alone.fast;
    expect(first?.texts.length).toBeGreaterThan(3_000);
    for (const [index, text] of (first?.texts ?? []).entries()) {
      // After the hello, which names the connection.
      if (index > 0) expect(withoutIds(text)).toBe(withoutIds(firstAlone?.texts[index] ?? ""));
    }
    expect(first?.received().filter(({ timeline }) => timeline !== undefined)).toHaveLength(3_000);
    expect(alone.largest).toBeLessThan(64 * KIB);
    // Those who took nothing for 30 s leave with 4013, and what waited for them is gone.
    await beside.server.platform.advance(36_000);
    expect(beside.server.transport.connections()).toHaveLength(20);
    expect(beside.server.queuedBytes()).toBe(0);
    expect(beside.server.hub.stats().subscribers).toBe(20);
  });

  it("F-S7 F-S8 a reader ten times slower than the stream gets deltas instead of frames, and the last state", async () => {
    const bound = 256 * KIB;
    const server = memoryServer({}, { limits: { ...NO_HEARTBEAT, maxQueuedBytes: bound } });
    await server.hub.publish(room, [noted("a")]);
    const slow = await server.connect({ appetite: 2 * KIB });
    slow.subscribe("room");
    await server.platform.settle();
    for (let tenth = 0; tenth < 100; tenth += 1) {
      for (let frame = 0; frame < 20; frame += 1) await server.hub.publish(room, [grown("a", "0123456789".repeat(5))]);
      slow.eat(3 * KIB);
      await server.platform.advance(100);
      expect(server.queuedBytes()).toBeLessThanOrEqual(bound);
    }
    slow.eat(Number.POSITIVE_INFINITY);
    await server.platform.settle();
    await server.platform.settle();
    const fold = foldOf(slow);
    expect(fold.violations).toEqual([]);
    expect(foldedNotes(fold)).toEqual([`a:${"0123456789".repeat(10_000)}`]);
    expect(slow.received().filter(({ timeline }) => timeline !== undefined).length).toBeLessThan(1_500);
    expect(server.transport.connections()).toHaveLength(1);
  });

  it("F-S8 I9: real sockets that are not read hold what the kernel and the bound allow; the others get every frame", async () => {
    const { hub } = notesHub();
    await using server = await socketServer(hub, { limits: { maxQueuedBytes: 512 * KIB } });
    await hub.publish(room, [noted("a")]);
    const stalled = await Promise.all(Array.from({ length: 5 }, () => server.client()));
    const fast = await Promise.all(Array.from({ length: 3 }, () => server.client()));
    for (const client of [...stalled, ...fast]) await client.subscribe("room");
    for (const { socket } of stalled) socket.pause();
    let largest = 0;
    for (let turn = 0; turn < 500; turn += 1) {
      await hub.publish(room, [noted("a", `${turn}:`.padEnd(32 * KIB, "x"))]);
      for (const client of fast) expect((await client.next()).timeline?.ordinal).toBe(String(turn + 2));
      largest = Math.max(largest, ...server.transport.connections().map(({ queuedBytes }) => queuedBytes));
    }
    expect(largest).toBeLessThanOrEqual(512 * KIB);
    expect(largest).toBeGreaterThan(256 * KIB);
    for (const { socket } of stalled) socket.terminate();
  });

  it("F-S9 L6: one of fifty sockets throws as it is written to: it is gone, the commit and the others are not", async () => {
    const server = memoryServer();
    const sockets = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
    for (const socket of sockets) socket.subscribe("room");
    await server.platform.settle();
    const [broken, ...others] = sockets;
    if (broken === undefined) throw new Error("nobody connected");
    broken._write = () => {
      throw new Error("the stream is broken");
    };
    for (const text of ["one", "two", "three"]) {
      await expect(server.hub.publish(room, [noted(text)])).resolves.toMatchObject({ status: "committed" });
      await server.platform.settle();
    }
    expect(server.transport.connections()).toHaveLength(49);
    expect(server.hub.stats().subscribers).toBe(49);
    for (const socket of others) expect(foldedNotes(foldOf(socket))).toEqual(["one:", "two:", "three:"]);
  });
});
