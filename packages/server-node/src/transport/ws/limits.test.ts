import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { connect, Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { say } from "../../fan-out/testing/fan-out-scene.ts";
import { manualPlatform } from "../../testing/manual-platform.ts";
import type { TestClient } from "./testing/test-client.ts";
import { WebSocketScene } from "./testing/websocket-scene.ts";
import { DEFAULT_WEBSOCKET_LIMITS } from "./websocket-options.ts";

const { inboundFrames, inboundBytes, maxRateWarnings, maxInboundBytes } = DEFAULT_WEBSOCKET_LIMITS;

/** Pings whose answers tell which were heard. */
function ping(client: TestClient, count: number, nonce = "n"): void {
  for (let turn = 0; turn < count; turn += 1) client.send({ ping: { nonce } });
}

/** A ping of exactly so many bytes. */
function pingOf(bytes: number): string {
  const empty = JSON.stringify({ ping: { nonce: "" } });
  return JSON.stringify({ ping: { nonce: "n".repeat(bytes - empty.length) } });
}

describe("how fast a connection may send", () => {
  it("X10 a burst passes, the next frame is told when to come back, and then it may", async () => {
    const platform = manualPlatform();
    await using scene = await WebSocketScene.open({ platform });
    await using client = await scene.client();
    await client.subscribe("s-1");
    ping(client, inboundFrames.burst - 1);
    expect((await client.take(inboundFrames.burst - 1)).every((frame) => frame.pong !== undefined)).toBe(true);
    client.send({ subscribe: { sessionId: "s-2", requestId: "r", capabilities: ["timeline"] } });
    const { error } = await client.next();
    expect(error).toMatchObject({ code: "rate_limited", sessionId: "s-2", requestId: "r", retryable: true });
    expect(error?.retryAfterMs).toBe(1_000 / inboundFrames.perSecond);
    await platform.advance(1_000 / inboundFrames.perSecond);
    client.send({ subscribe: { sessionId: "s-2", requestId: "r", capabilities: ["timeline"] } });
    expect((await client.next()).snapshot).toMatchObject({ sessionId: "s-2" });
  });

  it("X10 who goes on after the warnings is closed with 4029 and told how long to stay away", async () => {
    await using scene = await WebSocketScene.open({ platform: manualPlatform() });
    await using client = await scene.client();
    ping(client, inboundFrames.burst + maxRateWarnings);
    const frames = await client.take(inboundFrames.burst + maxRateWarnings);
    expect(frames.filter(({ error }) => error?.code === "rate_limited")).toHaveLength(maxRateWarnings);
    ping(client, 1);
    expect((await client.next()).error).toMatchObject({ code: "rate_limited" });
    expect(await client.closed).toBe(4029);
  });

  it("X10 letting go of a session is heard however fast it comes", async () => {
    await using scene = await WebSocketScene.open({ platform: manualPlatform() });
    await using client = await scene.client();
    await client.subscribe("s-1");
    ping(client, inboundFrames.burst - 1);
    await client.take(inboundFrames.burst - 1);
    client.send({ unsubscribe: { sessionId: "s-1" } });
    expect(await client.next()).toEqual({ unsubscribed: { sessionId: "s-1" } });
    expect(scene.hub.subscribers("s-1")).toBe(0);
  });

  it("X10 bytes are counted too, and so are RFC 6455 pings", async () => {
    await using scene = await WebSocketScene.open({ platform: manualPlatform() });
    await using client = await scene.client();
    const whole = inboundBytes.burst / maxInboundBytes;
    for (let turn = 0; turn < whole; turn += 1) client.socket.send(pingOf(maxInboundBytes));
    expect((await client.take(whole)).every((frame) => frame.pong !== undefined)).toBe(true);
    client.send({ ping: { nonce: "n" } });
    expect((await client.next()).error).toMatchObject({ code: "rate_limited" });
    await using other = await scene.client();
    for (let turn = 0; turn <= inboundFrames.burst + maxRateWarnings; turn += 1) other.socket.ping();
    expect(await other.closed).toBe(4029);
  });
});

describe("what one party may hold", () => {
  it("X11 one subscription more than allowed is refused, the others stay", async () => {
    await using scene = await WebSocketScene.open({ limits: { maxSubscriptionsPerConnection: 2 } });
    await using client = await scene.client();
    await client.subscribe("s-1");
    await client.subscribe("s-2");
    client.send({ subscribe: { sessionId: "s-3", capabilities: ["timeline"] } });
    expect((await client.next()).error).toMatchObject({ code: "limit_reached", sessionId: "s-3" });
    expect(scene.transport.connections()[0]?.subscriptions).toEqual(["s-1", "s-2"]);
  });

  it("X11 one connection more than a principal may have gets 4029; another principal, and a free place, are served", async () => {
    let user = "ada";
    await using scene = await WebSocketScene.open({
      limits: { maxConnectionsPerPrincipal: 2 },
      authenticate: () => ({ id: user, tenant: "acme" }),
    });
    const first = await scene.client();
    await using second = await scene.client();
    await using third = scene.connect();
    expect(await third.closed).toBe(4029);
    user = "bob";
    await using other = await scene.client();
    user = "ada";
    await first[Symbol.asyncDispose]();
    await using fourth = await scene.client();
    await Promise.all([second, other, fourth].map((client) => client.settled()));
  });

  it("X11 X36 two tenants' users of one name are two principals", async () => {
    let tenant = "acme";
    await using scene = await WebSocketScene.open({
      limits: { maxConnectionsPerPrincipal: 1 },
      authenticate: () => ({ id: "ada", tenant }),
    });
    await using first = await scene.client();
    tenant = "shop";
    await using second = await scene.client();
    await Promise.all([first, second].map((client) => client.settled()));
  });

  it("X11 one connection more than an address may have gets 429, whatever its headers say", async () => {
    await using scene = await WebSocketScene.open({ limits: { maxConnectionsPerAddress: 1 } });
    const first = await scene.client();
    const spoofed = { headers: { "x-forwarded-for": "203.0.113.9" } };
    await expect(scene.connect(spoofed).opened).rejects.toThrow("429");
    await first[Symbol.asyncDispose]();
    await using second = await scene.client();
    await second.settled();
  });

  it("X11 a socket that was gone before it was handed over counts for nobody", async () => {
    await using scene = await WebSocketScene.open({ limits: { maxConnectionsPerAddress: 1 } });
    for (let turn = 0; turn < 2; turn += 1) {
      const socket = new Socket();
      socket.destroy();
      await once(socket, "close");
      await scene.transport.handleUpgrade(new IncomingMessage(socket), socket, Buffer.alloc(0));
    }
    expect(scene.records).toEqual([]);
  });

  it("X11 behind a proxy the app named, each client has its own account", async () => {
    await using scene = await WebSocketScene.open({
      limits: { maxConnectionsPerAddress: 1 },
      trustProxy: ["127.0.0.0/8"],
    });
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    await using first = await scene.client(from("203.0.113.9"));
    await using second = await scene.client(from("203.0.113.10"));
    await expect(scene.connect(from("1.2.3.4, 203.0.113.9")).opened).rejects.toThrow("429");
    await Promise.all([first, second].map((client) => client.settled()));
  });

  it("X4 one handshake more than may wait gets 503, and the wait is absolute", async () => {
    const platform = manualPlatform();
    let waiting = 0;
    let reached = () => {};
    const allWait = new Promise<void>((resolve) => {
      reached = resolve;
    });
    await using scene = await WebSocketScene.open({
      platform,
      limits: { maxPendingHandshakes: 2 },
      authenticate() {
        waiting += 1;
        if (waiting === 2) reached();
        return new Promise(() => {});
      },
    });
    const pending = [scene.connect(), scene.connect()];
    await allWait;
    await expect(scene.connect().opened).rejects.toThrow("503");
    await platform.advance(DEFAULT_WEBSOCKET_LIMITS.handshakeTimeoutMs);
    expect(await Promise.all(pending.map((client) => client.closed))).toEqual([4408, 4408]);
  });

  it("X4 X11 an address that opens and says nothing leaves room for newcomers from others", async () => {
    const platform = manualPlatform();
    let waiting = 0;
    let reached = () => {};
    const allWait = new Promise<void>((resolve) => {
      reached = resolve;
    });
    await using scene = await WebSocketScene.open({
      platform,
      trustProxy: ["127.0.0.0/8"],
      limits: { maxPendingHandshakesPerAddress: 2, maxPendingHandshakes: 3 },
      authenticate({ headers }) {
        if (headers["x-forwarded-for"] !== "203.0.113.9") return { id: "ada", tenant: "acme" };
        waiting += 1;
        if (waiting === 2) reached();
        return new Promise(() => {});
      },
    });
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    const silent = [scene.connect(from("203.0.113.9")), scene.connect(from("203.0.113.9"))];
    await allWait;
    await expect(scene.connect(from("203.0.113.9")).opened).rejects.toThrow("429");
    await using other = await scene.client(from("203.0.113.10"));
    await other.settled();
    await platform.advance(DEFAULT_WEBSOCKET_LIMITS.handshakeTimeoutMs);
    expect(await Promise.all(silent.map((client) => client.closed))).toEqual([4408, 4408]);
  });

  it("X4 X11 whoever is awaited by its first frame is pending too, and gives its place back when it is known", async () => {
    await using scene = await WebSocketScene.open({
      limits: { maxPendingHandshakesPerAddress: 1 },
      authenticate: () => null,
      authenticateToken: () => ({ id: "ada", tenant: "acme" }),
    });
    await using first = scene.connect();
    await first.next();
    await expect(scene.connect().opened).rejects.toThrow("429");
    first.send({ authenticate: { token: "t", capabilities: ["timeline", "auth"] } });
    expect((await first.next()).authenticated).toBeDefined();
    await using second = scene.connect();
    await second.opened;
  });
});

describe("memory", () => {
  it("X12 a frame of the largest size is heard, one byte more closes with 1009", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    client.socket.send(pingOf(maxInboundBytes));
    expect((await client.next()).pong?.nonce).toMatch(/^n+$/);
    client.socket.send(pingOf(maxInboundBytes + 1));
    expect(await client.closed).toBe(1009);
  });

  it("X13 a hundred thousand fragments of a byte are cut off at the first few", async () => {
    await using scene = await WebSocketScene.open();
    const socket = await rawSocket(scene.host);
    const fragment = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x20]);
    const first = Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x20]);
    socket.write(Buffer.concat([first, ...Array.from({ length: 131_000 }, () => fragment)]));
    socket.resume();
    socket.on("error", () => {});
    const [held] = scene.sockets;
    if (held !== undefined) await once(held, "close");
    const [problem] = scene.records.filter(({ stage }) => stage === "read_error");
    expect(problem?.error).toMatch(/Too many message fragments/);
    expect(scene.transport.connections()).toEqual([]);
  });

  it("X14 compression is not negotiated, and a compressed frame is a broken one", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client({ perMessageDeflate: true });
    expect(client.socket.extensions).toBe("");
    const socket = await rawSocket(scene.host, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    socket.on("error", () => {});
    socket.resume();
    socket.write(Buffer.from([0xc1, 0x81, 0, 0, 0, 0, 0x20]));
    await once(socket, "close");
    expect(scene.records.some(({ stage, error }) => stage === "read_error" && /RSV1/.test(error ?? ""))).toBe(true);
  });

  it("X33 newcomers get 503 while most of the ceiling is used; over it the largest debtor goes, nobody else", async () => {
    const ceiling = 512 * 1024;
    await using scene = await WebSocketScene.open({
      limits: { maxTotalQueuedBytes: ceiling, maxQueuedBytes: 100 * ceiling },
    });
    await using deaf = await scene.client();
    await using live = await scene.client();
    await deaf.subscribe("s-1");
    await live.subscribe("s-1");
    deaf.socket.pause();
    const lane = scene.hub.lane("s-1");
    const debt = () => scene.transport.connections()[0]?.queuedBytes ?? 0;
    const commit = async () => {
      lane.commit(say("a", `${"x".repeat(50_000)} ${lane.head().ordinal}`));
      await live.next();
    };
    while (debt() <= (ceiling * 3) / 4) await commit();
    await expect(scene.connect().opened).rejects.toThrow("503");
    while (scene.transport.connections().length === 2) await commit();
    const gone = scene.records.find(({ stage }) => stage === "disconnected");
    expect([gone?.code, gone?.connectionId]).toEqual([4013, expect.stringMatching(/^1-/)]);
    await using newcomer = await scene.client();
    await newcomer.settled();
  });
});

/** A socket that has shaken hands, for bytes no client would send. */
async function rawSocket(host: string, headers = ""): Promise<Socket> {
  const [address = "", port] = host.split(":");
  const socket = connect(Number(port), address);
  const key = Buffer.alloc(16).toString("base64");
  socket.write(
    `GET /api/chat/ws HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${headers}\r\n`,
  );
  await once(socket, "data");
  return socket;
}
