import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { encodeFrame } from "../../fan-out/encoded-frame.ts";
import { nodePlatform } from "../../platform/node-platform.ts";
import { createEndOfTurn } from "./end-of-turn.ts";
import { createOutboundQueue, type OutboundQueue } from "./outbound-queue.ts";
import { createFrameChunks } from "./wire-frame.ts";

const platform = nodePlatform();

/** A stream whose peer takes bytes when the test says so. */
function heldStream() {
  const writes: number[] = [];
  let release: ((error?: Error) => void) | null = null;
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      writes.push(chunk.length);
      release = done;
    },
  });
  stream.on("error", () => {});
  return { stream, writes, release: (error?: Error) => release?.(error) };
}

function queueOn(
  stream: Writable,
  options: { maxQueuedBytes?: number; isOpen?: () => boolean; onWriteError?: (error: Error) => void } = {},
): OutboundQueue {
  // CAST: the queue only writes.
  const socket = stream as PassThrough;
  return createOutboundQueue({
    socket,
    chunksOf: createFrameChunks(),
    maxQueuedBytes: 1_000,
    isOpen: () => true,
    atEndOfTurn: createEndOfTurn(platform),
    onWritten: () => {},
    onWriteError: () => {},
    ...options,
  });
}

const tick = () => new Promise((resolve) => setImmediate(resolve));
const text = (length: number, session: string | null = null) => encodeFrame("x".repeat(length), session);

describe("outbound queue", () => {
  it("I13 what is withdrawn never leaves, the rest does, and whoever waits for room is told", async () => {
    const { stream, writes, release } = heldStream();
    const queue = queueOn(stream, { maxQueuedBytes: 400 });
    let drained = 0;
    queue.enqueue(text(10, "ended"));
    await tick();
    queue.enqueue(text(500, "ended"));
    queue.enqueue(text(20, "kept"));
    queue.enqueue(text(500, "ended"));
    queue.onDrain(() => {
      drained += 1;
    });
    queue.withdraw("ended");
    await tick();
    expect([queue.queuedBytes(), drained]).toEqual([30, 1]);
    release();
    await tick();
    const frameHeader = 2;
    expect(writes.reduce((sum, bytes) => sum + bytes, 0)).toBe(10 + 20 + 2 * frameHeader);
    release();
    await tick();
    expect(queue.totals()).toEqual({ enqueued: 1_030, taken: 1_030 });
  });

  it("frames of one turn leave in one write, though promises and ticks lie between them", async () => {
    const { stream, writes } = heldStream();
    const queue = queueOn(stream);
    for (let frame = 0; frame < 20; frame += 1) {
      queue.enqueue(text(50));
      await new Promise<void>((resolve) => process.nextTick(resolve));
    }
    expect(writes).toEqual([]);
    await tick();
    await tick();
    expect(writes).toEqual([20 * 52]);
  });

  it("counts bytes until they are taken, and calls back once at a quarter of the bound", async () => {
    const { stream, release } = heldStream();
    const queue = queueOn(stream);
    let drained = 0;
    queue.onDrain(() => {
      drained += 1;
    });
    queue.enqueue(text(600));
    await tick();
    queue.enqueue(text(251));
    expect(queue.queuedBytes()).toBe(851);
    release();
    await tick();
    expect([queue.queuedBytes(), drained]).toEqual([251, 0]);
    release();
    await tick();
    await tick();
    expect([queue.queuedBytes(), drained]).toEqual([0, 1]);
    expect(queue.totals()).toEqual({ enqueued: 851, taken: 851 });
  });

  it("a slow peer's progress shows: no write is larger than a batch or one frame", async () => {
    const { stream, writes, release } = heldStream();
    const queue = queueOn(stream, { maxQueuedBytes: 1 << 20 });
    for (let frame = 0; frame < 100; frame += 1) queue.enqueue(text(10_000));
    for (let batch = 0; batch < 17; batch += 1) {
      await tick();
      release();
    }
    expect(Math.max(...writes)).toBeLessThanOrEqual(66_000);
    expect(queue.queuedBytes()).toBe(0);
  });

  it("P43 refilling at each drain leaves the event loop its turns, though the peer takes everything at once", async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    const queue = queueOn(stream);
    let refills = 0;
    const refilled = new Promise<void>((resolve) => {
      const refill = () => {
        refills += 1;
        if (refills === 100) return resolve();
        queue.enqueue(text(200));
        queue.onDrain(refill);
      };
      refill();
    });
    await tick();
    expect(refills).toBeLessThan(10);
    await refilled;
  });

  it("writes nothing behind a close frame, whoever sent it", async () => {
    const { stream, writes } = heldStream();
    const queue = queueOn(stream, { isOpen: () => false });
    queue.enqueue(text(10));
    await tick();
    queue.close("flush");
    expect(writes).toEqual([]);
  });

  it("S14 a failed write is told at once, and the queue stays still", async () => {
    const { stream, writes, release } = heldStream();
    const errors: string[] = [];
    const queue: OutboundQueue = queueOn(stream, {
      onWriteError(error) {
        errors.push(error.message);
        queue.close("discard");
      },
    });
    queue.enqueue(text(10));
    await tick();
    queue.enqueue(text(10));
    release(new Error("EPIPE"));
    await tick();
    expect(errors).toEqual(["EPIPE"]);
    expect(writes).toHaveLength(1);
  });

  it("closing writes what waits, or drops it, and takes nothing more", async () => {
    for (const how of ["flush", "discard"] as const) {
      const stream = new PassThrough();
      const queue = queueOn(stream);
      queue.enqueue(text(10));
      queue.close(how);
      queue.enqueue(text(10));
      await tick();
      expect(stream.readableLength).toBe(how === "flush" ? 12 : 0);
    }
  });

  it("S12 frames are framed once for all their receivers", () => {
    const chunksOf = createFrameChunks();
    const [small, large] = [text(10), text(100_000)];
    const both = chunksOf([small, small]);
    expect(Buffer.concat(both)).toEqual(Buffer.concat([...chunksOf([small]), ...chunksOf([small])]));
    expect(chunksOf([small, large])).toBe(chunksOf([small, large]));
    expect(chunksOf([large])[1]).toBe(large.bytes);
  });

  it("a real client reads every frame of a burst whole and in order, between pings and pongs of ws", async () => {
    const http = createServer();
    const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    const frames = [0, 1, 125, 126, 127, 16_384, 16_385, 65_535, 65_536, 200_000].flatMap((length) =>
      Array.from({ length: 40 }, (_, turn) => encodeFrame(`${turn}:é${"y".repeat(length)}`, null)),
    );
    http.on("upgrade", (request, socket, head) => {
      server.handleUpgrade(request, socket, head, (websocket) => {
        const queue = createOutboundQueue({
          socket,
          chunksOf: createFrameChunks(),
          maxQueuedBytes: 1 << 20,
          isOpen: () => websocket.readyState === websocket.OPEN,
          atEndOfTurn: createEndOfTurn(platform),
          onWritten: () => {},
          onWriteError: () => {},
        });
        frames.forEach((frame, index) => {
          queue.enqueue(frame);
          if (index % 7 === 0) websocket.ping(`p${index}`);
        });
        queue.close("flush");
        websocket.close(4001, "done");
      });
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    // CAST: the server listens on a TCP port.
    const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    const received: string[] = [];
    let pings = 0;
    client.on("message", (data) => received.push(String(data)));
    client.on("ping", () => {
      pings += 1;
    });
    const code = await new Promise((resolve) => client.once("close", resolve));
    await new Promise((resolve) => http.close(resolve));
    expect(code).toBe(4001);
    expect(received).toEqual(frames.map((frame) => frame.text));
    expect(pings).toBe(Math.ceil(frames.length / 7));
  });
});
