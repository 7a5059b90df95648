import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { arms, say } from "../../fan-out/testing/fan-out-scene.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import { principal, WebSocketScene } from "./testing/websocket-scene.ts";

describe("who gets a connection", () => {
  it("L13 a foreign or missing Origin is refused before anything else is asked", async () => {
    let asked = 0;
    await using scene = await WebSocketScene.open({
      origins: "same-host",
      allowMissingOrigin: false,
      authenticate() {
        asked += 1;
        return principal;
      },
    });
    for (const options of [{}, { origin: "https://evil.example" }]) {
      await expect(scene.connect(options).opened).rejects.toThrow("403");
    }
    expect(asked).toBe(0);
    await using client = scene.connect({ origin: `http://${scene.host}` });
    expect(arms([await client.next()])).toEqual(["hello"]);
  });

  it.each([
    ["nobody we know", 4401, () => null],
    [
      "authenticate that throws",
      4000,
      () => {
        throw new Error("no database");
      },
    ],
    ["authenticate that rejects", 4000, () => Promise.reject(new Error("no database"))],
  ])("P35 %s is told by close code %i, without a hello", async (_, code, authenticate) => {
    await using scene = await WebSocketScene.open({ authenticate });
    await using client = scene.connect();
    const frames: unknown[] = [];
    client.socket.on("message", (data) => frames.push(data));
    expect(await client.closed).toBe(code);
    expect(frames).toEqual([]);
    expect(scene.transport.connections()).toEqual([]);
  });

  it("X4 an authenticate that takes too long is told by 4408", async () => {
    const platform = manualPlatform();
    let reached = () => {};
    const called = new Promise<void>((resolve) => {
      reached = resolve;
    });
    await using scene = await WebSocketScene.open({
      platform,
      authenticate() {
        reached();
        return new Promise(() => {});
      },
    });
    await using client = scene.connect();
    await called;
    await platform.advance(5_000);
    expect(await client.closed).toBe(4408);
  });

  it("S15 one connection more than allowed gets 503, and a place that becomes free is used", async () => {
    await using scene = await WebSocketScene.open({ limits: { maxConnections: 1 } });
    const first = await scene.client();
    await expect(scene.connect().opened).rejects.toThrow("503");
    await first[Symbol.asyncDispose]();
    await using third = await scene.client();
    await third.settled();
  });

  it("a socket that dies while authenticate is waiting hurts nobody", async () => {
    let admit = () => {};
    const waiting = new Promise<typeof principal>((resolve) => {
      admit = () => resolve(principal);
    });
    let calls = 0;
    await using scene = await WebSocketScene.open({
      authenticate() {
        calls += 1;
        return calls === 1 ? waiting : principal;
      },
    });
    const client = scene.connect();
    await new Promise((resolve) => setImmediate(resolve));
    client.socket.terminate();
    await client.closed;
    admit();
    await using other = await scene.client();
    await other.settled();
    expect(scene.transport.connections()).toHaveLength(1);
  });
});

describe("the set of connections", () => {
  it("S01 lists connections in the order they came, 10 after 9", async () => {
    await using scene = await WebSocketScene.open();
    const clients = [];
    for (let count = 0; count < 12; count += 1) clients.push(await scene.client());
    const ids = scene.transport.connections().map((connection) => Number.parseInt(connection.id, 10));
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  });

  it("S02 a connection ended from three sides ends once", async () => {
    await using scene = await WebSocketScene.open();
    const client = await scene.client();
    await client.subscribe("s-1");
    client.socket.close(1000);
    scene.sockets[0]?.destroy(new Error("reset"));
    await scene.transport.close();
    await client.closed;
    expect(scene.records.filter((record) => record.stage === "disconnected")).toHaveLength(1);
    expect(scene.transport.connections()).toEqual([]);
    expect(scene.hub.subscribers("s-1")).toBe(0);
  });

  it("S14 a failed write removes the connection at once", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    await client.subscribe("s-1");
    const [socket] = scene.sockets;
    if (socket === undefined) throw new Error("no socket");
    socket._write = (_chunk, _encoding, done) => done(new Error("EPIPE"));
    scene.hub.lane("s-1").commit(say("a", "into the void"));
    await once(socket, "close");
    expect(scene.transport.connections()).toEqual([]);
    expect(scene.hub.subscribers("s-1")).toBe(0);
    expect(scene.stages()).toContain("server_frame_write_error");
  });

  it("S15 drain says goodbye, spread over time, and takes no new ones", async () => {
    const platform = manualPlatform();
    await using scene = await WebSocketScene.open({ platform });
    await using first = await scene.client();
    await using second = await scene.client();
    await using reference = await scene.client();
    await first.subscribe("s-1");
    await second.subscribe("s-1");
    const drained = scene.transport.drain({ spreadMs: 9_000, afterMs: 500 });
    await platform.advance(0);
    expect(await first.next()).toEqual({ draining: { afterMs: 500 } });
    expect(await first.closed).toBe(4001);
    await expect(scene.connect().opened).rejects.toThrow("503");
    scene.hub.lane("s-1").commit(say("a", "still served"));
    expect(arms([await second.next()])).toEqual(["timeline"]);
    await platform.advance(3_000);
    expect(await second.closed).toBe(4001);
    await platform.advance(3_000);
    expect(await reference.closed).toBe(1001);
    await drained;
  });

  it("P13 a silent peer is pinged with its heads, then closed with 4012", async () => {
    const platform = manualPlatform();
    await using scene = await WebSocketScene.open({ platform });
    await using client = await scene.client();
    scene.hub.lane("s-1").commit(say("a", "hi"));
    await client.subscribe("s-1");
    await platform.advance(25_000);
    const ping = await client.next();
    expect(ping.ping?.heads).toEqual([{ sessionId: "s-1", epoch: "e1", ordinal: "1" }]);
    client.send({ pong: { nonce: ping.ping?.nonce ?? "" } });
    await client.settled();
    await platform.advance(25_000);
    await client.next();
    await platform.advance(10_000);
    expect(await client.closed).toBe(4012);
  });

  it("P13 a reference peer is pinged below the frames it knows", async () => {
    const platform = manualPlatform();
    await using scene = await WebSocketScene.open({ platform });
    await using client = await scene.client({ autoPong: false });
    client.send({ subscribe: { sessionId: "s-1" } });
    await client.take(2);
    const pinged = once(client.socket, "ping");
    await platform.advance(25_000);
    await pinged;
    expect(await client.settled()).toEqual([]);
    const again = once(client.socket, "ping");
    await platform.advance(25_000);
    await again;
    await platform.advance(10_000);
    expect(await client.closed).toBe(4012);
  });

  it("S04 a peer that does not read holds up nobody, and gets the latest once it reads", async () => {
    await using scene = await WebSocketScene.open({ limits: { maxQueuedBytes: 512 * 1024 } });
    await using stalled = await scene.client();
    await using live = await scene.client();
    await stalled.subscribe("s-1");
    await live.subscribe("s-1");
    stalled.socket.pause();
    const lane = scene.hub.lane("s-1");
    const commits = 400;
    for (let turn = 1; turn <= commits; turn += 1) {
      lane.commit(say("a", `${turn} ${"x".repeat(50_000)}`));
      expect((await live.next()).timeline?.ordinal).toBe(String(turn));
    }
    const [connection] = scene.transport.connections();
    expect(connection?.queuedBytes).toBeLessThanOrEqual(512 * 1024);
    stalled.socket.resume();
    let frame = await stalled.next();
    while (frame.snapshot?.snapshotOrdinal !== String(commits)) frame = await stalled.next();
    expect(frame.snapshot.mode).toBe("SNAPSHOT_MODE_DELTA");
  });

  it("a peer that asks without reading is not read, until it reads", async () => {
    const unhurried = { perSecond: 1e9, burst: 1e9 };
    await using scene = await WebSocketScene.open({
      limits: { maxQueuedBytes: 64 * 1024, inboundFrames: unhurried, inboundBytes: unhurried },
    });
    await using client = await scene.client();
    client.socket.pause();
    const asked = 2_000;
    for (let turn = 0; turn < asked; turn += 1) client.send({ ping: { nonce: `${turn}-${"n".repeat(10_000)}` } });
    await using other = await scene.client();
    for (let turn = 0; turn < 50; turn += 1) await other.settled();
    expect(scene.transport.connections()[0]?.queuedBytes).toBeLessThan(256 * 1024);
    client.socket.resume();
    const pongs = await client.take(asked);
    expect(pongs.at(-1)?.pong?.nonce).toMatch(/^1999-/);
  });
});

describe("observers", () => {
  it("S08 are told every stage of a connection's life", async () => {
    await using scene = await WebSocketScene.open();
    scene.hub.forbidden.add("s-2");
    const client = await scene.client();
    client.socket.send("{");
    await client.next();
    await client.subscribe("s-1");
    client.send({ subscribe: { sessionId: "s-2" } });
    await client.next();
    client.send({ unsubscribe: { sessionId: "s-1" } });
    await client.next();
    client.send({ ping: { nonce: "n".repeat(70_000) } });
    await client.closed;
    await scene.transport.close();
    await expect(scene.connect().opened).rejects.toThrow("503");
    expect(scene.stages().sort()).toEqual([
      "client_frame_decode_error",
      "client_frame_decoded",
      "client_frame_read",
      "connected",
      "disconnected",
      "protocol_error",
      "read_error",
      "server_frame_queued",
      "server_frames_written",
      "snapshot_load_started",
      "snapshot_loaded",
      "subscribe_received",
      "subscription_failed",
      "subscription_live",
      "subscription_registered",
      "unsubscribe_received",
      "unsubscribed",
      "upgrade_error",
    ]);
  });

  it("S09 cannot hurt: what they throw or reject is reported, and they may list connections", async () => {
    const listed: number[] = [];
    await using scene: WebSocketScene = await WebSocketScene.open({
      observer(record) {
        listed.push(scene.transport.connections().length);
        if (record.stage === "connected") throw new Error("observer");
        return record.stage === "client_frame_read" ? Promise.reject(new Error("async observer")) : undefined;
      },
    });
    await using client = await scene.client();
    expect(arms(await client.subscribe("s-1"))).toEqual(["FULL", "subscribed"]);
    expect(listed.length).toBeGreaterThan(3);
    expect(scene.reports).toEqual(["transport observer: observer", "transport observer: async observer"]);
  });
});
