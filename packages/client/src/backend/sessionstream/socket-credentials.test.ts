import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../session/diagnostic.ts";
import { followSession } from "../../testing/followed-session.ts";
import { createManualPlatform } from "../../testing/manual-platform.ts";
import { recordingObserver } from "../../testing/recording-observer.ts";
import { scriptedServer } from "../../testing/scripted-server.ts";
import { scriptedTransport } from "../../testing/scripted-transport.ts";
import { helloFrame } from "../../testing/wire-frames.ts";
import { type SessionstreamBackendOptions, sessionstreamBackend } from "./sessionstream-backend.ts";

const AUTH = { capabilities: ["timeline", "auth"] };
const put = (id: string, text: string) => ({ type: "put", kind: "ChatMessage", id, payload: { text } }) as const;

/** Promises of the app and of fetch have settled. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function start(options: Partial<SessionstreamBackendOptions>) {
  const platform = createManualPlatform();
  const transport = scriptedTransport();
  const observer = recordingObserver(platform);
  const diagnostics: Diagnostic[] = [];
  const asked: boolean[] = [];
  const posts: { readonly url: string; readonly authorization: string | null }[] = [];
  let tokens = 0;
  let respond = () => Response.json({ ticket: `ticket-${posts.length}`, expiresInMs: 30_000 });
  const backend = sessionstreamBackend({
    url: "https://shop.example/api/chat",
    transport,
    platform,
    getToken({ refresh }) {
      asked.push(refresh);
      if (refresh) tokens += 1;
      return `token-${tokens}`;
    },
    fetch: async (input, init) => {
      posts.push({ url: String(input), authorization: new Headers(init?.headers).get("authorization") });
      return respond();
    },
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    ...options,
  });
  backend.open(sessionId("s-1"), observer);
  return {
    backend,
    platform,
    transport,
    observer,
    diagnostics,
    asked,
    posts,
    answer(next: () => Response) {
      respond = next;
    },
    /** Until the session is live. */
    serve() {
      const server = scriptedServer({ sessionId: "s-1" });
      server.commit([put("m1", "Hello")]);
      for (const sent of [...transport.current.sent]) {
        for (const frame of server.answer(sent)) transport.current.receive(frame);
      }
      return server;
    },
  };
}

describe("a socket that is known by its first frame", () => {
  it("X2 shows the token after hello, and subscribes once the server knows it", async () => {
    const { transport, asked } = start({ socketCredentials: "token" });
    await settled();
    expect(asked).toEqual([false]);
    transport.current.receive(helloFrame(AUTH));
    expect(transport.current.sent).toEqual([{ authenticate: { token: "token-0", ...AUTH } }]);
    transport.current.receive({ authenticated: {} });
    expect(transport.current.sent[1]?.subscribe).toMatchObject({ sessionId: "s-1", ...AUTH });
    expect(transport.current.url).toBe("wss://shop.example/api/chat/ws");
  });

  it("X2 fetches a ticket before each connection, with the app's own credentials, and shows it once", async () => {
    const { transport, posts, platform } = start({ socketCredentials: "ticket" });
    expect(transport.connections).toHaveLength(0);
    await settled();
    expect(posts).toEqual([{ url: "https://shop.example/api/chat/ticket", authorization: "Bearer token-0" }]);
    transport.current.receive(helloFrame(AUTH));
    expect(transport.current.sent).toEqual([{ authenticate: { ticket: "ticket-1", ...AUTH } }]);
    transport.current.lose();
    platform.advance(10_000);
    await settled();
    transport.current.receive(helloFrame(AUTH));
    expect(transport.current.sent).toEqual([{ authenticate: { ticket: "ticket-2", ...AUTH } }]);
    expect(transport.connections.every(({ url }) => !url.includes("ticket-"))).toBe(true);
  });

  it("shows nothing to a server that does not ask", async () => {
    const { transport } = start({ socketCredentials: "token" });
    await settled();
    transport.current.receive(helloFrame());
    expect(transport.current.sent.map((frame) => Object.keys(frame))).toEqual([["subscribe"]]);
    expect(transport.current.sent[0]?.subscribe?.capabilities).toEqual(["timeline"]);
  });

  it("G52 AT-25 a ticket that is refused for good is asked for once more with a fresh token, then the reason is shown", async () => {
    const { transport, asked, posts, observer, answer, platform } = start({ socketCredentials: "ticket" });
    answer(() => Response.json({ code: "unauthenticated", error: "Sign in first." }, { status: 401 }));
    for (let turn = 0; turn < 10; turn += 1) {
      await settled();
      platform.advance(60_000);
    }
    expect(observer.connections.at(-1)).toMatchObject({ type: "failed", error: { code: "unauthenticated" } });
    // Each attempt sends its request once more after a refresh; between them the connection refreshes once.
    expect(posts).toHaveLength(4);
    expect(asked.filter((refresh) => refresh)).toHaveLength(3);
    expect(transport.connections).toHaveLength(0);
  });

  it("X2 a server that issues no tickets is not asked again until somebody wants it, and the reason is shown", async () => {
    const { transport, posts, observer, answer, platform } = start({ socketCredentials: "ticket" });
    answer(() => Response.json({ code: "not_found", error: "This server issues no tickets." }, { status: 404 }));
    for (let turn = 0; turn < 10; turn += 1) {
      await settled();
      platform.advance(60_000);
    }
    expect(observer.connections.at(-1)).toMatchObject({
      type: "failed",
      error: { code: "invalid_options", message: expect.stringContaining("issues no tickets") },
    });
    expect([posts.length, transport.connections.length]).toEqual([1, 0]);
  });

  it("X4 a ticket may take as long as the connection may, no longer", async () => {
    const signals: AbortSignal[] = [];
    const { platform, observer } = start({
      socketCredentials: "ticket",
      fetch: (_input, init) => {
        if (init?.signal) signals.push(init.signal);
        return new Promise(() => undefined);
      },
    });
    await settled();
    platform.advance(9_999);
    expect([observer.connections.at(-1)?.type, signals[0]?.aborted]).toEqual(["connecting", false]);
    platform.advance(1);
    expect([observer.connections.at(-1)?.type, signals[0]?.aborted]).toEqual(["waiting", true]);
  });

  it("F-C14 a ticket that comes after its connection was given up opens nothing", async () => {
    let deliver = (_: Response): void => undefined;
    const { transport, platform, observer } = start({
      socketCredentials: "ticket",
      fetch: () =>
        new Promise((resolve) => {
          deliver = resolve;
        }),
    });
    await settled();
    platform.advance(10_000);
    expect(observer.connections.at(-1)).toMatchObject({ type: "waiting" });
    deliver(Response.json({ ticket: "late" }));
    await settled();
    expect(transport.connections).toHaveLength(0);
  });

  it.each<[string, (scene: ReturnType<typeof start>) => void, number]>([
    ["the client is closed", ({ backend }) => backend.close(), 0],
    ["the page is left", ({ platform }) => platform.leavePage(), 1],
  ])("K10 F-P2 a ticket that is on its way when %s is waited for no more", async (_what, leave, timers) => {
    const signals: AbortSignal[] = [];
    const scene = start({
      socketCredentials: "ticket",
      fetch: (_input, init) => {
        if (init?.signal) signals.push(init.signal);
        return new Promise(() => undefined);
      },
    });
    await settled();
    leave(scene);
    await settled();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(scene.platform.timers).toBe(timers);
    expect(scene.diagnostics.filter(({ type }) => type === "disconnected")).toEqual([]);
  });

  it("a token without getToken is said at the start", () => {
    expect(() => sessionstreamBackend({ url: "/api/chat", socketCredentials: "token" })).toThrow(
      expect.objectContaining({ code: "invalid_options" }),
    );
  });
});

describe("a socket whose credentials end", () => {
  it("X8 AT-25 shows a fresh token on the same connection, and nobody sees anything", async () => {
    const { transport, observer, asked, serve, platform } = start({});
    transport.current.receive(helloFrame(AUTH));
    const server = serve();
    const before = { connections: observer.connections.length, hydrations: observer.hydrations.length };
    for (let renewal = 1; renewal <= 10; renewal += 1) {
      transport.current.receive({ authExpiring: { expiresInMs: 60_000 } });
      await settled();
      expect(transport.current.sent.at(-1)).toEqual({ authenticate: { token: `token-${renewal}` } });
      transport.current.receive({ authenticated: {} });
      transport.current.receive(server.commit([put(`m${renewal + 1}`, "More")]));
    }
    expect(asked).toEqual(Array(10).fill(true));
    expect(transport.connections).toHaveLength(1);
    expect({ connections: observer.connections.length, hydrations: observer.hydrations.length }).toEqual(before);
    platform.runFrames();
    expect(observer.timeline.getCursor().ordinal).toBe(11n);
  });

  it("X8 a token that cannot be had is reported by its code; the server's close decides", async () => {
    let refusing = false;
    const { transport, diagnostics, observer } = start({
      getToken({ refresh }) {
        if (refresh && refusing) throw new SessionStreamError("network", "secret-host is down");
        return "token";
      },
    });
    transport.current.receive(helloFrame(AUTH));
    refusing = true;
    transport.current.receive({ authExpiring: { expiresInMs: 60_000 } });
    await settled();
    expect(diagnostics).toContainEqual({ type: "renewal-failed", code: "network" });
    expect(JSON.stringify(diagnostics)).not.toContain("secret-host");
    transport.current.lose(4014);
    await settled();
    expect(observer.connections.at(-1)).toMatchObject({ type: "failed", error: { code: "unauthenticated" } });
  });

  it("X8 a ticket for a connection that is gone is waited for no more, and nobody is told that it failed", async () => {
    const signals: AbortSignal[] = [];
    const { transport, diagnostics } = start({
      socketCredentials: "ticket",
      fetch: async (_input, init) => {
        if (init?.signal) signals.push(init.signal);
        return signals.length === 1 ? Response.json({ ticket: "first" }) : new Promise(() => undefined);
      },
    });
    await settled();
    transport.current.receive(helloFrame(AUTH));
    transport.current.receive({ authenticated: {} });
    transport.current.receive({ authExpiring: { expiresInMs: 60_000 } });
    await settled();
    transport.current.lose();
    await settled();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(diagnostics.filter(({ type }) => type === "renewal-failed")).toEqual([]);
  });

  it("X8 a token for a connection that is gone is not shown on the next one", async () => {
    let deliver = (_: string): void => undefined;
    const { transport, platform } = start({
      getToken: ({ refresh }) =>
        refresh
          ? new Promise((resolve) => {
              deliver = resolve;
            })
          : "token",
    });
    transport.current.receive(helloFrame(AUTH));
    transport.current.receive({ authExpiring: { expiresInMs: 60_000 } });
    transport.current.lose();
    platform.advance(10_000);
    transport.current.receive(helloFrame(AUTH));
    deliver("fresh");
    await settled();
    expect(transport.current.sent.filter(({ authenticate }) => authenticate !== undefined)).toEqual([]);
  });

  it("P02 a client that could renew says so in its first subscribe, one that could not does not", () => {
    for (const { transport, capabilities } of [
      { transport: start({}).transport, capabilities: ["timeline", "auth"] },
      { transport: followSession("s-1").transport, capabilities: ["timeline"] },
    ]) {
      transport.current.receive(helloFrame(AUTH));
      expect(transport.current.sent[0]?.subscribe?.capabilities).toEqual(capabilities);
    }
  });
});

describe("a socket that is revoked", () => {
  it("X9 forgets what it held, tells why, and does not come back by itself", async () => {
    const { transport, platform, observer, serve } = start({});
    transport.current.receive(helloFrame());
    serve();
    platform.runFrames();
    expect(observer.timeline.getOrder()).toHaveLength(1);
    transport.current.lose(4015, "revoked");
    platform.runFrames();
    platform.advance(3_600_000);
    await settled();
    expect(observer.timeline.getOrder()).toEqual([]);
    expect(observer.timeline.getCursor()).toMatchObject({ epoch: "", ordinal: 0n });
    expect(observer.connections.at(-1)).toMatchObject({ type: "failed", error: { code: "revoked" } });
    expect(observer.hydrations.at(-1)).toMatchObject({ type: "failed", error: { code: "revoked" } });
    expect(transport.connections).toHaveLength(1);
  });
});
