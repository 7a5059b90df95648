import type { IncomingMessage } from "node:http";
import type { ClientFrameJson } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import type { Principal } from "../../command/define-command.ts";
import { arms, say } from "../../fan-out/testing/fan-out-scene.ts";
import { type ManualPlatform, manualPlatform } from "../../testing/manual-platform.ts";
import { createTickets } from "../tickets.ts";
import type { TestClient } from "./testing/test-client.ts";
import { principal as ada, WebSocketScene } from "./testing/websocket-scene.ts";
import type { WebSocketTransportOptions } from "./websocket-options.ts";

const bob = { id: "bob", tenant: "acme" };
const SECOND = 1_000;
const NAMES = { capabilities: ["timeline", "auth"] };

/** Tokens are names: `ada`, `ada@<expiry>`. Anything else is nobody. */
function principalOf(token: string): Principal | null {
  const [id, expiry] = token.split("@");
  if (id !== "ada" && id !== "bob") return null;
  return { id, tenant: "acme", ...(expiry === undefined ? {} : { expiresAt: Number(expiry) }) };
}

/** Nobody is known by the upgrade request, unless it says so in a header. */
async function open(options: Partial<WebSocketTransportOptions> = {}, platform: ManualPlatform = manualPlatform()) {
  const scene = await WebSocketScene.open({
    platform,
    authenticate: ({ headers }: IncomingMessage) => {
      const { authorization } = headers;
      return authorization === undefined ? null : principalOf(authorization);
    },
    authenticateToken: principalOf,
    ...options,
  });
  /** A client of this header, subscribed as one that knows `auth`. */
  const follow = async (authorization: string): Promise<TestClient> => {
    const client = await scene.client({ headers: { authorization } });
    client.send({ subscribe: { sessionId: "s", ...NAMES } });
    await client.take(2);
    return client;
  };
  return { scene, platform, follow };
}

const authenticate = (request: NonNullable<ClientFrameJson["authenticate"]>) => ({ authenticate: request });

describe("the first frame of a socket nobody knows", () => {
  it("X2 P35 is answered, and what follows is served for whom it named", async () => {
    const { scene } = await open();
    await using _ = scene;
    await using client = scene.connect();
    expect(await client.next()).toMatchObject({ hello: NAMES });
    expect(scene.transport.connections()).toEqual([]);
    client.send(authenticate({ token: "ada", requestId: "r", ...NAMES }));
    expect(await client.next()).toEqual({ authenticated: { requestId: "r" } });
    expect(arms(await client.subscribe("s"))).toEqual(["FULL", "subscribed"]);
    expect(scene.transport.connections()).toMatchObject([{ principal: ada, mode: "timeline", subscriptions: ["s"] }]);
  });

  it.each<[string, object | string | Buffer]>([
    ["a subscribe", { subscribe: { sessionId: "s", ...NAMES } }],
    ["a ping", { ping: { nonce: "n" } }],
    ["a token nobody has", authenticate({ token: "eve" })],
    ["no token", authenticate({})],
    ["a token and a ticket", authenticate({ token: "ada", ticket: "t" })],
    ["a ticket where there are none", authenticate({ ticket: "t" })],
    ["a token that is over", authenticate({ token: "ada@1" })],
    ["a token whose end is no time", authenticate({ token: "ada@soon" })],
    ["a frame of more than 8 KiB", authenticate({ token: "ada", requestId: "x".repeat(8 * 1024) })],
    ["what is no frame", "hello?"],
    ["bytes", Buffer.from([1, 2, 3])],
  ])("X2 X4 %s ends it with 4401, and nothing is said", async (_, first) => {
    const { scene } = await open();
    await using __ = scene;
    await using client = await scene.client();
    const frames: unknown[] = [];
    client.socket.on("message", (data) => frames.push(data));
    client.socket.send(Buffer.isBuffer(first) || typeof first === "string" ? first : JSON.stringify(first));
    expect(await client.closed).toBe(4401);
    expect(frames).toEqual([]);
    expect(scene.transport.connections()).toEqual([]);
  });

  it("X4 a second frame before the answer ends it, though the first was right", async () => {
    const { scene } = await open({ authenticateToken: () => new Promise(() => {}) });
    await using _ = scene;
    await using client = await scene.client();
    client.send(authenticate({ token: "ada" }));
    client.send({ subscribe: { sessionId: "s", ...NAMES } });
    expect(await client.closed).toBe(4401);
  });

  it.each(["says nothing", "pings", "waits for an answer"])(
    "X4 who %s is sent away when the time is over, not later",
    async (what) => {
      const { scene, platform } = await open({ authenticateToken: () => new Promise(() => {}) });
      await using _ = scene;
      await using client = await scene.client();
      if (what === "waits for an answer") client.send(authenticate({ token: "ada" }));
      let isOpen = true;
      void client.closed.then(() => {
        isOpen = false;
      });
      for (let second = 0; second < 5; second += 1) {
        expect(isOpen).toBe(true);
        if (what === "pings") {
          const pong = new Promise((resolve) => client.socket.once("pong", resolve));
          client.socket.ping();
          await pong;
        }
        await platform.advance(SECOND);
      }
      expect(await client.closed).toBe(4408);
    },
  );

  it("X10 a flood of pings ends it at once", async () => {
    const { scene } = await open();
    await using _ = scene;
    await using client = await scene.client();
    for (let turn = 0; turn < 40; turn += 1) client.socket.ping();
    expect(await client.closed).toBe(4401);
  });

  it("X31 an app that fails to judge a token is told without it, the client to try again", async () => {
    const { scene } = await open({
      authenticateToken(token) {
        throw new Error(`cannot parse "${token}"`);
      },
    });
    await using _ = scene;
    await using client = await scene.client();
    client.send(authenticate({ token: "canary\n[ERROR] forged" }));
    expect(await client.closed).toBe(4000);
    expect(scene.reports).toEqual(['authenticate: cannot parse "[secret]"']);
  });

  it("P35 without a way to prove anything there is no first frame to wait for", async () => {
    await using scene = await WebSocketScene.open({ authenticate: () => null });
    await using client = scene.connect();
    expect(await client.closed).toBe(4401);
  });

  it("a server that goes down sends those away whom it does not know yet", async () => {
    const { scene } = await open();
    await using _ = scene;
    await using client = await scene.client();
    await scene.transport.close();
    expect(await client.closed).toBe(1001);
  });
});

describe("tickets on a socket", () => {
  it("X2 a ticket opens one socket, of the page it was given to; a query opens none", async () => {
    const platform = manualPlatform();
    const tickets = createTickets({ now: platform.now });
    const { scene } = await open(
      { tickets, origins: ["https://app.example", "https://other.example"], allowMissingOrigin: false },
      platform,
    );
    await using _ = scene;
    const { ticket } = await tickets.issue(ada, "https://app.example");
    const stolen = await tickets.issue(ada, "https://app.example");
    const late = await tickets.issue(ada, "https://app.example");
    const show = async (shown: string, origin = "https://app.example") => {
      const client = await scene.client({ origin });
      client.send(authenticate({ ticket: shown }));
      return client;
    };
    await using first = await show(ticket);
    expect(await first.next()).toEqual({ authenticated: {} });
    expect(await (await show(ticket)).closed).toBe(4401);
    expect(await (await show(stolen.ticket, "https://other.example")).closed).toBe(4401);
    await platform.advance(30 * SECOND);
    expect(await (await show(late.ticket)).closed).toBe(4401);

    const { ticket: leaked } = await tickets.issue(ada, "https://app.example");
    const client = scene.connect({ origin: "https://app.example" }, `?ticket=${leaked}&token=ada`);
    await client.next();
    client.send({ subscribe: { sessionId: "s" } });
    expect(await client.closed).toBe(4401);
  });

  it("X9 a ticket that waited while its principal was revoked opens nothing", async () => {
    const platform = manualPlatform();
    const tickets = createTickets({ now: platform.now });
    const { scene } = await open({ tickets }, platform);
    await using _ = scene;
    const before = await tickets.issue(ada, null);
    await platform.advance(SECOND);
    scene.hub.revoke({ principal: ada });
    await platform.advance(SECOND);
    const after = await tickets.issue(ada, null);
    await using refused = await scene.client();
    refused.send(authenticate({ ticket: before.ticket }));
    expect(await refused.closed).toBe(4000);
    await using admitted = await scene.client();
    admitted.send(authenticate({ ticket: after.ticket }));
    expect(await admitted.next()).toEqual({ authenticated: {} });
  });
});

describe("a connection whose credentials end", () => {
  it("X8 AT-25 is told in time, shows a fresh token, and misses nothing", async () => {
    const { scene, platform, follow } = await open();
    await using _ = scene;
    await using client = await follow(`ada@${platform.now() + 60 * SECOND}`);
    for (let renewal = 0; renewal < 20; renewal += 1) {
      await platform.advance(30 * SECOND);
      scene.hub.lane("s").commit(say("a", `line ${renewal}`));
      client.send(authenticate({ token: `ada@${platform.now() + 60 * SECOND}`, requestId: `r${renewal}` }));
      const frames = (await client.take(3)).filter((frame) => frame.ping === undefined);
      while (frames.length < 3) frames.push(await client.next());
      expect(frames).toEqual([
        { authExpiring: { expiresInMs: 30_000 } },
        expect.objectContaining({ timeline: expect.anything() }),
        { authenticated: { requestId: `r${renewal}` } },
      ]);
      client.send({ pong: {} });
    }
    expect(scene.transport.connections()).toHaveLength(1);
  });

  it("X5 X8 after a renewal its subscriptions are whose the new token says", async () => {
    const { scene, platform, follow } = await open();
    await using _ = scene;
    await using client = await follow(`ada@${platform.now() + 3600 * SECOND}`);
    const renewed = platform.now() + 7200 * SECOND;
    client.send(authenticate({ token: `ada@${renewed}` }));
    expect(await client.next()).toEqual({ authenticated: {} });
    expect(scene.hub.attached.map(({ principal }) => principal?.().expiresAt)).toEqual([renewed]);
  });

  it("X8 I13: is closed with 4014 after the grace, and no frame comes after it", async () => {
    const { scene, platform, follow } = await open({ limits: { heartbeatIntervalMs: 10_000_000 } });
    await using _ = scene;
    await using client = await follow(`ada@${platform.now() + 60 * SECOND}`);
    await platform.advance(89 * SECOND);
    scene.hub.lane("s").commit(say("a", "within the grace"));
    expect(arms(await client.take(2))).toEqual(["authExpiring", "timeline"]);
    await platform.advance(SECOND);
    const frames: unknown[] = [];
    client.socket.on("message", (data) => frames.push(data));
    scene.hub.lane("s").commit(say("b", "too late"));
    expect(await client.closed).toBe(4014);
    expect(frames).toEqual([]);
  });

  it("X8 a client that knows no renewal is told nothing and closed like any other", async () => {
    const { scene, platform } = await open({ limits: { heartbeatIntervalMs: 10_000_000 } });
    await using _ = scene;
    await using client = await scene.client({ headers: { authorization: `ada@${platform.now() + 60 * SECOND}` } });
    await client.subscribe("s");
    await platform.advance(60 * SECOND);
    expect(await client.settled()).toEqual([]);
    await platform.advance(30 * SECOND);
    expect(await client.closed).toBe(4014);
  });

  it("X8 who connects with what is over already is told so", async () => {
    const { scene, platform } = await open();
    await using _ = scene;
    await using client = scene.connect({ headers: { authorization: `ada@${platform.now()}` } });
    expect(await client.closed).toBe(4014);
  });

  it("X8 a refused token costs nothing but a strike; somebody else's ends the connection", async () => {
    const { scene, follow } = await open();
    await using _ = scene;
    await using client = await follow("ada");
    client.send(authenticate({ token: "eve", requestId: "r" }));
    expect(await client.next()).toMatchObject({ error: { code: "unauthenticated", requestId: "r" } });
    expect(await client.settled()).toEqual([]);
    client.send(authenticate({ token: "bob" }));
    expect(await client.closed).toBe(4403);
  });

  it("X8 an answer is waited for, and one that comes too late is nobody's", async () => {
    let judge = (_: Principal): void => undefined;
    const { scene, follow } = await open({
      authenticateToken: () =>
        new Promise((resolve) => {
          judge = resolve;
        }),
    });
    await using _ = scene;
    await using client = await follow("ada");
    client.send(authenticate({ token: "one", requestId: "1" }));
    client.send(authenticate({ token: "two", requestId: "2" }));
    expect(await client.next()).toMatchObject({ error: { code: "protocol_error", requestId: "2" } });
    scene.hub.revoke({ principal: ada });
    judge(ada);
    expect(await client.closed).toBe(4015);
  });

  it("F-S15 X8 an answer that never comes is a failure, and the client may ask again", async () => {
    let judge: (token: string) => Principal | null | Promise<Principal | null> = () => new Promise(() => {});
    const { scene, platform, follow } = await open({ authenticateToken: (token) => judge(token) });
    await using _ = scene;
    await using client = await follow("ada");
    client.send(authenticate({ token: "ada", requestId: "1" }));
    await client.settled();
    await platform.advance(10 * SECOND);
    expect(await client.next()).toMatchObject({ error: { code: "internal", retryable: true, requestId: "1" } });
    judge = principalOf;
    client.send(authenticate({ token: "ada", requestId: "2" }));
    expect(await client.next()).toEqual({ authenticated: { requestId: "2" } });
    expect(scene.reports).toHaveLength(1);
  });

  it("P02 a server that offers no auth refuses the frame and goes on", async () => {
    await using scene = await WebSocketScene.open();
    await using client = scene.connect();
    expect(await client.next()).toMatchObject({ hello: { capabilities: ["timeline"] } });
    client.send(authenticate({ token: "ada", requestId: "r" }));
    expect(await client.next()).toMatchObject({ error: { code: "protocol_error" } });
    expect(arms(await client.subscribe("s"))).toEqual(["FULL", "subscribed"]);
  });
});

describe("a revocation", () => {
  it("X9 I13: closes the principal's connections with 4015 and drops what waited for them; others stay", async () => {
    const { scene, follow } = await open();
    await using _ = scene;
    await using first = await follow("ada");
    await using idle = await scene.client({ headers: { authorization: "ada" } });
    await using other = await follow("bob");
    const late: unknown[] = [];
    first.socket.on("message", (data) => late.push(data));
    scene.hub.lane("s").commit(say("a", "queued, not sent"));
    scene.hub.revoke({ principal: ada });
    expect([await first.closed, await idle.closed]).toEqual([4015, 4015]);
    expect(late).toEqual([]);
    expect(arms([await other.next()])).toEqual(["timeline"]);
    expect(scene.transport.connections()).toMatchObject([{ principal: bob }]);
  });

  it("X9 closes one connection by its id", async () => {
    const { scene, follow } = await open();
    await using _ = scene;
    await using first = await follow("ada");
    await using second = await follow("ada");
    const [meant] = scene.transport.connections();
    scene.hub.revoke({ connection: meant?.id ?? "" });
    expect(await first.closed).toBe(4015);
    expect(await second.settled()).toEqual([]);
  });

  it("X9 whoever is being asked about while revoked is sent to try again", async () => {
    const platform = manualPlatform();
    let letIn = (_: Principal): void => undefined;
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { scene } = await open(
      {
        authenticate: () =>
          new Promise((resolve) => {
            letIn = resolve;
            asked();
          }),
      },
      platform,
    );
    await using _ = scene;
    await using client = scene.connect();
    await isAsked;
    scene.hub.revoke({ principal: ada });
    letIn(ada);
    expect(await client.closed).toBe(4000);
  });
});
