import { sessionId } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { type FollowedSession, followSession } from "../../testing/followed-session.ts";
import { recordingObserver } from "../../testing/recording-observer.ts";
import { type ScriptedServer, scriptedServer } from "../../testing/scripted-server.ts";
import { helloFrame } from "../../testing/wire-frames.ts";

const put = (id: string, text: string) => ({ type: "put", kind: "ChatMessage", id, payload: { text } }) as const;

/** Lets the server answer everything the client has said on the current connection since `from`. */
function converse({ transport }: FollowedSession, server: ScriptedServer, from = 0): void {
  const { current } = transport;
  for (let at = from; at < current.sent.length; at++) {
    for (const frame of server.answer(current.sent[at] ?? {})) current.receive(frame);
  }
}

function live(id = "s-1"): { session: FollowedSession; server: ScriptedServer } {
  const session = followSession(id);
  const server = scriptedServer({ sessionId: id });
  server.commit([put("m1", "Hello")]);
  session.transport.current.receive(helloFrame());
  converse(session, server);
  return { session, server };
}

const types = (list: readonly { readonly type: string }[]) => list.map(({ type }) => type);
const subscribes = ({ transport }: FollowedSession) =>
  transport.current.sent.flatMap(({ subscribe }) => (subscribe === undefined ? [] : [subscribe]));

describe("a session on our wire", () => {
  it("P02 subscribes after hello, with the capability, the window and nothing that is zero", () => {
    const session = followSession("s-1");
    expect(session.transport.current.sent).toEqual([]);
    session.transport.current.receive(helloFrame());
    expect(session.transport.current.sent).toEqual([
      { subscribe: { sessionId: "s-1", capabilities: ["timeline"], requestId: "1.1", window: 50 } },
    ]);
  });

  it("T1.19 connects to the socket beside the HTTP routes", () => {
    expect(followSession("s-1").transport.current.url).toBe("wss://shop.example/api/chat/ws");
  });

  it("K01 tells its statuses apart and each once", () => {
    const { session } = live();
    expect(types(session.observer.connections)).toEqual(["idle", "connecting", "open"]);
    expect(types(session.observer.hydrations)).toEqual(["loading", "ready"]);
    session.transport.current.lose();
    expect(types(session.observer.connections)).toEqual(["idle", "connecting", "open", "waiting"]);
    expect(types(session.observer.hydrations)).toEqual(["loading", "ready", "stale"]);
  });

  it("K08 P30 resumes from the cursor of what was applied", () => {
    const { session, server } = live();
    session.transport.current.receive(server.commit([put("m2", "More")]));
    session.transport.current.lose();
    server.commit([put("m3", "Missed")]);
    session.platform.advance(3_000);
    session.transport.current.receive(helloFrame());
    expect(subscribes(session)[0]).toMatchObject({ epoch: "epoch-1", sinceSnapshotOrdinal: "2", tag: "epoch-1-2" });
    converse(session, server);
    expect(types(session.observer.updates)).toEqual(["full", "commit", "delta"]);
  });

  it("K05 an update that does not fit moves no cursor: the whole state is asked for", () => {
    const { session, server } = live();
    session.observer.nextApply = () => "mismatch";
    session.transport.current.receive(server.commit([put("m2", "More")]));
    const { requestId: _, ...asked } = subscribes(session).at(-1) ?? {};
    expect(asked).toEqual({ sessionId: "s-1", capabilities: ["timeline"], window: 50, epoch: "epoch-1" });
    converse(session, server, 1);
    expect(types(session.observer.updates)).toEqual(["full", "full"]);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });

  it("F-C12 an observer that throws costs its own session one resync, and a second throw on the whole state its content", () => {
    const { session, server } = live();
    const other = session.follow("s-2");
    const boom = new Error("boom");
    const explode = () => {
      throw boom;
    };
    session.observer.nextApply = explode;
    session.transport.current.receive(server.commit([put("m2", "More")]));
    expect(session.diagnostics).toContainEqual({ type: "observer-failed", sessionId: "s-1", error: boom });
    session.observer.nextApply = explode;
    for (const frame of server.answer(session.transport.current.sent.at(-1) ?? {})) {
      session.transport.current.receive(frame);
    }
    expect(session.observer.hydrations.at(-1)).toMatchObject({ type: "failed", error: { code: "internal" } });
    expect(other.observer.hydrations.at(-1)).toEqual({ type: "loading" });
    expect(session.transport.openConnections).toBe(1);
  });

  it("F-C12 L12: one of five sessions whose observer throws on one commit heals by one resync, and the others notice nothing", () => {
    const { session, server } = live();
    const names = ["s-2", "s-3", "s-4", "s-5"];
    const others = names.map((id) => {
      const own = scriptedServer({ sessionId: id });
      const from = session.transport.current.sent.length;
      const { observer } = session.follow(id);
      converse(session, own, from);
      return { own, observer };
    });
    session.observer.nextApply = () => {
      throw new Error("poison");
    };
    const asked = session.transport.current.sent.length;
    const poison = server.commit([put("m2", "poison")]);
    for (const frame of [poison, ...others.map(({ own }) => own.commit([put("m1", "fine")]))]) {
      session.transport.current.receive(frame);
    }
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "stale" });
    converse(session, server, asked);
    expect(session.transport.current.sent).toHaveLength(asked + 1);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
    session.platform.runFrames();
    expect(session.observer.timeline.getOrder()).toHaveLength(2);
    for (const { observer } of others) {
      expect(types(observer.hydrations)).toEqual(["loading", "ready"]);
      expect(types(observer.updates)).toEqual(["full", "commit"]);
    }
    expect(session.transport.connections).toHaveLength(1);
  });

  it("F-C9 a resync is asked for once, however many commits come after the gap", () => {
    const { session, server } = live();
    server.commit([put("m2", "Lost")]);
    for (const id of ["m3", "m4", "m5"]) session.transport.current.receive(server.commit([put(id, "Late")]));
    expect(subscribes(session)).toHaveLength(2);
    expect(types(session.diagnostics).filter((type) => type === "gap" || type === "passed-over")).toEqual([
      "gap",
      "passed-over",
    ]);
  });

  it("F-C9 gaps that nothing heals are asked about with growing patience", () => {
    const { session, server } = live();
    const claim = { ping: { nonce: "p", heads: [{ sessionId: "s-1", epoch: "epoch-1", ordinal: "99" }] } };
    let answered = 1;
    for (let beat = 0; beat < 100; beat++) {
      session.transport.current.receive(claim);
      converse(session, server, answered);
      answered = session.transport.current.sent.length;
      session.platform.advance(100);
    }
    // In 10 s: the first request, one at once, one after half of 6 s and one after half of 12 s.
    expect(subscribes(session)).toHaveLength(4);
  });

  it("F-W7 I13 a lost end of the subscription is found by a ping that does not name the session", () => {
    const { session } = live();
    session.transport.current.receive({ ping: { nonce: "p" } });
    const { requestId = "" } = subscribes(session)[1] ?? {};
    const error = { code: "forbidden", message: "Not yours to read", sessionId: "s-1", requestId };
    session.transport.current.receive({ error });
    expect(session.observer.hydrations.at(-1)).toMatchObject({ type: "failed", error: { code: "forbidden" } });
  });

  it("F-W7 P31 a lost last frame is found by the heads of a ping, one that was not lost is not", () => {
    const { session, server } = live();
    session.transport.current.receive(server.ping());
    expect(subscribes(session)).toHaveLength(1);
    server.commit([put("m2", "Lost")]);
    session.transport.current.receive(server.ping());
    expect(subscribes(session)).toHaveLength(2);
  });

  it("F-C11 another log replaces what the old one left, at a lower ordinal", () => {
    const { session, server } = live();
    for (let at = 0; at < 5; at++) session.transport.current.receive(server.commit([put(`m${at}`, "Old")]));
    server.restore("epoch-2");
    session.transport.current.receive(server.commit([put("n1", "New")]));
    converse(session, server, 1);
    session.platform.runFrames();
    expect(session.observer.timeline.getCursor()).toMatchObject({ epoch: "epoch-2", ordinal: 1n });
    expect(session.observer.timeline.getOrder()).toEqual(["ChatMessage/n1"]);
  });

  it("P17 K13 a retryable error is asked again after the time the server named, a final one is shown", () => {
    const session = followSession("s-1");
    session.transport.current.receive(helloFrame());
    const { requestId } = subscribes(session)[0] ?? {};
    const error = { sessionId: "s-1", requestId, code: "snapshot_failed", message: "Later", retryable: true };
    session.transport.current.receive({ error: { ...error, retryAfterMs: 4_000 } });
    expect(session.observer.hydrations.at(-1)).toMatchObject({ type: "failed", error: { retryable: true } });
    session.platform.advance(3_999);
    expect(subscribes(session)).toHaveLength(1);
    session.platform.advance(3_000);
    expect(subscribes(session)).toHaveLength(2);
    session.transport.current.receive({ error: { sessionId: "s-1", code: "forbidden", message: "Not yours" } });
    session.platform.advance(20_000);
    expect(subscribes(session)).toHaveLength(2);
    expect(session.observer.hydrations.at(-1)).toMatchObject({ type: "failed", error: { code: "forbidden" } });
  });

  it("K11 a failed session asks again when told to", () => {
    const session = followSession("s-1");
    session.transport.current.receive(helloFrame());
    session.transport.current.receive({ error: { sessionId: "s-1", code: "forbidden", message: "Not yours" } });
    session.handle.reconnect();
    expect(subscribes(session)).toHaveLength(2);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "loading" });
  });

  it("K12 a subscription without an answer is asked again", () => {
    const session = followSession("s-1");
    session.transport.current.receive(helloFrame({ heartbeatIntervalMs: 60_000 }));
    session.platform.advance(15_000);
    expect(session.observer.hydrations.at(-1)).toMatchObject({ type: "failed", error: { code: "timeout" } });
    session.platform.advance(1_500);
    expect(subscribes(session)).toHaveLength(2);
  });

  it("P12 answers a ping with the same nonce", () => {
    const { session, server } = live();
    const ping = { ...server.ping().ping, nonce: "  ä \u0000 1 " };
    session.transport.current.receive({ ping });
    expect(session.transport.current.sent.at(-1)).toEqual({ pong: { nonce: "  ä \u0000 1 " } });
  });
});

describe("older rows", () => {
  it("resolves when the page was applied, and the next one asks from its floor", async () => {
    const session = followSession("s-1", { window: 2 });
    const server = scriptedServer({ sessionId: "s-1" });
    for (const id of ["a", "b", "c", "d", "e"]) server.commit([put(id, id)]);
    session.transport.current.receive(helloFrame());
    converse(session, server);
    const loaded = session.handle.loadEarlier(2);
    expect(session.handle.loadEarlier(2)).toBe(loaded);
    converse(session, server, 1);
    await loaded;
    void session.handle.loadEarlier(2);
    expect(session.transport.current.sent.slice(1)).toMatchObject([
      { page: { before: "4", limit: 2 } },
      { page: { before: "2", limit: 2 } },
    ]);
  });

  it("rejects with network when the connection goes, with timeout when nobody answers", async () => {
    const { session } = live();
    const unanswered = session.handle.loadEarlier(10);
    session.platform.advance(15_000);
    await expect(unanswered).rejects.toMatchObject({ code: "timeout", retryable: true });
    const interrupted = session.handle.loadEarlier(10);
    session.transport.current.lose();
    await expect(interrupted).rejects.toMatchObject({ code: "network" });
    await expect(session.handle.loadEarlier(10)).rejects.toMatchObject({ code: "network" });
  });
});

describe("one socket", () => {
  it("P32 carries several sessions, each hearing its own frames", () => {
    const { session, server } = live();
    const other = session.follow("s-2");
    const second = scriptedServer({ sessionId: "s-2" });
    for (const frame of second.answer(session.transport.current.sent.at(-1) ?? {})) {
      session.transport.current.receive(frame);
    }
    session.transport.current.receive(second.commit([put("x", "for two")]));
    session.transport.current.receive(server.commit([put("y", "for one")]));
    expect(session.transport.connections).toHaveLength(1);
    expect(types(other.observer.updates)).toEqual(["full", "commit"]);
    expect(types(session.observer.updates)).toEqual(["full", "commit"]);
  });

  it("P11 unsubscribes when a session's last follower leaves, and hangs up when nobody is left", () => {
    const { session } = live();
    const other = session.follow("s-2");
    const twin = session.follow("s-2");
    other.handle.close();
    expect(session.transport.current.sent.at(-1)).not.toHaveProperty("unsubscribe");
    twin.handle.close();
    twin.handle.close();
    expect(session.transport.current.sent.at(-1)).toEqual({ unsubscribe: { sessionId: "s-2" } });
    session.handle.close();
    expect(session.transport.current.closedByClient?.code).toBe(1000);
  });

  it("P33 two followers of one session both stay complete", () => {
    const { session, server } = live();
    const twin = session.follow("s-1");
    converse(session, server, 1);
    session.transport.current.receive(server.commit([put("m2", "More")]));
    expect(types(session.observer.updates)).toEqual(["full", "commit"]);
    expect(types(twin.observer.updates)).toEqual(["full", "commit"]);
  });

  it("K14 reports the first frame of a session nobody follows and drops all of them", () => {
    const { session } = live();
    const foreign = { timeline: { sessionId: "s-9", epoch: "e", ordinal: "1", tag: "t" } };
    session.transport.current.receive(foreign);
    session.transport.current.receive(foreign);
    expect(session.diagnostics.filter(({ type }) => type === "foreign-frame")).toEqual([
      { type: "foreign-frame", sessionId: "s-9", frame: "timeline" },
    ]);
  });

  it("P28 reports an unknown frame and stays ready", () => {
    const { session } = live();
    session.transport.current.receive({ levitation: { height: 3 } });
    expect(session.diagnostics).toContainEqual({ type: "unknown-frame", arm: "levitation" });
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });

  it("K10 after close nothing runs, nobody is told and pages are rejected", async () => {
    const { session } = live();
    const page = session.handle.loadEarlier(10);
    session.backend.close();
    await expect(page).rejects.toMatchObject({ code: "network" });
    const told = session.observer.connections.length;
    expect(session.observer.connections.at(-1)).toEqual({ type: "closed" });
    session.platform.setOnline(true);
    session.platform.advance(600_000);
    expect(session.platform.timers).toBe(0);
    expect(session.observer.connections).toHaveLength(told);
    expect(session.transport.connections).toHaveLength(1);
    const observer = recordingObserver(session.platform);
    expect(() => session.backend.open(sessionId("s-1"), observer)).toThrow(/closed/);
  });

  it("K07 F-C13 backoff grows until a session is live again, not until a socket opens", () => {
    const { session } = live();
    const delays: number[] = [];
    for (let tries = 0; tries < 4; tries++) {
      session.transport.current.lose();
      const started = session.platform.monotonic();
      const before = session.transport.connections.length;
      while (session.transport.connections.length === before) session.platform.advance(100);
      delays.push(session.platform.monotonic() - started);
      session.transport.current.receive(helloFrame());
    }
    expect(delays).toEqual([1_500, 3_000, 6_000, 10_000]);
  });

  it("K11 is still trying after an offline hour and comes back with the network", () => {
    const { session, server } = live();
    session.platform.setOnline(false);
    session.transport.current.lose();
    for (let minutes = 0; minutes < 60; minutes++) {
      session.platform.advance(60_000);
      session.transport.current.lose();
    }
    expect(session.observer.connections.at(-1)).toMatchObject({ type: "waiting", reason: "offline" });
    session.platform.setOnline(true);
    session.transport.current.receive(helloFrame());
    converse(session, server);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });

  it("F-C15 is live within two seconds of waking from eight hours of sleep", () => {
    const { session, server } = live();
    session.platform.sleep(8 * 3_600_000);
    session.platform.setVisible(true);
    session.platform.advance(2_000);
    session.transport.current.receive(helloFrame());
    converse(session, server);
    expect(session.transport.connections).toHaveLength(2);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });

  it("K12 a server that accepts and says nothing is given up after the handshake's time", () => {
    const session = followSession("s-1");
    session.platform.advance(10_000);
    expect(session.transport.current.closedByClient?.code).toBe(4408);
    session.platform.advance(1_500);
    expect(session.transport.connections).toHaveLength(2);
  });

  it("K09 T5.8 a failed connection starts again for the next session", () => {
    const { session } = live();
    session.transport.current.lose(4403);
    expect(session.observer.connections.at(-1)).toMatchObject({ type: "failed", error: { code: "forbidden" } });
    expect(session.observer.hydrations.at(-1)).toMatchObject({ type: "failed" });
    session.follow("s-2");
    expect(session.transport.openConnections).toBe(1);
  });

  it("4401 gets another token once, then comes back", async () => {
    let asked = 0;
    const session = followSession("s-1", {
      getToken: ({ refresh }) => {
        asked += refresh ? 1 : 0;
        return "token";
      },
    });
    session.transport.current.lose(4401);
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toBe(1);
    expect(session.transport.openConnections).toBe(1);
    session.transport.current.lose(4401);
    expect(session.observer.connections.at(-1)).toMatchObject({ type: "failed", error: { code: "unauthenticated" } });
  });
});

describe("diagnostics", () => {
  it("K39 say nothing of what users wrote", () => {
    const { session, server } = live();
    const secret = "canary-5f1d";
    const { current } = session.transport;
    server.commit([put("m2", secret)]);
    current.receive(server.commit([put("m3", secret)]));
    current.receive(`{"timeline": {"sessionId": "s-1", "changes": "${secret}"`);
    current.receive({ timeline: { sessionId: "s-1", ordinal: "x", tag: secret } });
    current.receive({ error: { sessionId: "s-1", code: "internal", message: secret, detail: secret } });
    current.lose();
    expect(session.diagnostics.length).toBeGreaterThan(5);
    const shown = JSON.stringify(session.diagnostics, (_, value) => (typeof value === "bigint" ? `${value}` : value));
    expect(shown).not.toContain(secret);
  });

  it("K39 a callback that throws disturbs nobody", () => {
    const session = followSession("s-1", {
      onDiagnostic: () => {
        throw new Error("boom");
      },
    });
    const server = scriptedServer({ sessionId: "s-1" });
    session.transport.current.receive(helloFrame());
    converse(session, server);
    expect(session.observer.hydrations.at(-1)).toEqual({ type: "ready" });
  });
});
