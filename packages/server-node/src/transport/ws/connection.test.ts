import { SessionStreamError } from "@sessionstream/protocol";
import { describe, expect, it } from "vitest";
import { arms, keys, say } from "../../fan-out/testing/fan-out-scene.ts";
import { note } from "../../fan-out/testing/sample-kinds.ts";
import { append, put } from "../../projection/define-projection.ts";
import { WebSocketScene } from "./testing/websocket-scene.ts";

/** A promise and the way to fulfil it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** A rejection that waits for somebody to look at it. */
function failure(message: string): Promise<never> {
  const failed = Promise.reject(new Error(message));
  failed.catch(() => {});
  return failed;
}

describe("hello and subscribe", () => {
  it("P01 P02 hello comes first, unasked, with what this server can do", async () => {
    await using scene = await WebSocketScene.open();
    await using client = scene.connect();
    expect(await client.next()).toEqual({
      hello: {
        connectionId: expect.stringMatching(/^1-/),
        capabilities: ["timeline"],
        protocolMin: 1,
        protocolMax: 1,
        heartbeatIntervalMs: 25_000,
        maxFrameBytes: 262_144,
      },
    });
  });

  it("P02 the hello for strict peers carries nothing of ours", async () => {
    await using scene = await WebSocketScene.open({ referenceHello: true });
    await using client = scene.connect();
    expect(await client.next()).toEqual({ hello: { connectionId: expect.any(String) } });
  });

  it("P03 P06 P09 snapshot, then the echo, then live frames", async () => {
    await using scene = await WebSocketScene.open();
    const lane = scene.hub.lane("s-1");
    lane.commit(say("a", "hi"));
    await using client = await scene.client();
    client.send({
      subscribe: { sessionId: "s-1", sinceSnapshotOrdinal: "7", requestId: "r", capabilities: ["timeline"] },
    });
    const [snapshot, subscribed] = await client.take(2);
    expect(snapshot?.snapshot).toMatchObject({
      snapshotOrdinal: "1",
      mode: "SNAPSHOT_MODE_FULL",
      requestId: "r",
      lastPart: true,
    });
    expect(subscribed).toEqual({ subscribed: { sessionId: "s-1", sinceSnapshotOrdinal: "7" } });
    lane.commit({ writes: [append(note, "a", "text", " there")] });
    expect((await client.next()).timeline).toMatchObject({ prevOrdinal: "1", ordinal: "2" });
  });

  it("P30 resumes by cursor, and a window and a page bring the rest", async () => {
    await using scene = await WebSocketScene.open();
    const lane = scene.hub.lane("s-1");
    lane.commit(say("a", "1"), say("b", "2"), say("c", "3"));
    const { epoch, view, tag } = lane.head();
    await using client = await scene.client();
    client.send({ subscribe: { sessionId: "s-1", window: 1, requestId: "r-1", capabilities: ["timeline"] } });
    const [windowed] = await client.take(2);
    expect(keys(windowed?.snapshot)).toEqual(["Note/c"]);
    client.send({ page: { sessionId: "s-1", before: "3", limit: 1, requestId: "p-1" } });
    expect((await client.next()).snapshot).toMatchObject({
      mode: "SNAPSHOT_MODE_PAGE",
      windowFloor: "2",
      requestId: "p-1",
    });
    lane.commit(say("d", "4"));
    await client.next();
    client.send({ subscribe: { sessionId: "s-1", epoch, view, tag, sinceSnapshotOrdinal: "3", from: "2" } });
    const [delta] = await client.take(2);
    expect(delta?.snapshot).toMatchObject({ mode: "SNAPSHOT_MODE_DELTA", sinceOrdinal: "3", windowFloor: "2" });
    expect(keys(delta?.snapshot)).toEqual(["Note/d"]);
  });

  it("P11 S01 after unsubscribe nothing comes, and the listing knows", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    await client.subscribe("s-2");
    await client.subscribe("s-1");
    expect(scene.transport.connections()[0]).toMatchObject({ mode: "timeline", subscriptions: ["s-1", "s-2"] });
    client.send({ unsubscribe: { sessionId: "s-1" } });
    expect(await client.next()).toEqual({ unsubscribed: { sessionId: "s-1" } });
    scene.hub.lane("s-1").commit(say("a", "unheard"));
    expect(await client.settled()).toEqual([]);
    expect(scene.transport.connections()[0]?.subscriptions).toEqual(["s-2"]);
    expect(scene.hub.subscribers("s-1")).toBe(0);
  });

  it("P12 a ping's nonce comes back as it was", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    client.send({ ping: { nonce: " ünï 😀 " } });
    expect(await client.next()).toEqual({ pong: { nonce: " ünï 😀 " } });
  });

  it("P32 sessions on one socket do not mix", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    await client.subscribe("s-1");
    await client.subscribe("s-2");
    for (let turn = 0; turn < 5; turn += 1) {
      scene.hub.lane("s-1").commit(say("a", `1.${turn}`));
      scene.hub.lane("s-2").commit(say("a", `2.${turn}`));
    }
    const frames = (await client.take(10)).map((frame) => `${frame.timeline?.sessionId}@${frame.timeline?.ordinal}`);
    expect(frames.filter((name) => name.startsWith("s-1"))).toEqual(["s-1@1", "s-1@2", "s-1@3", "s-1@4", "s-1@5"]);
    expect(frames.filter((name) => name.startsWith("s-2"))).toEqual(["s-2@1", "s-2@2", "s-2@3", "s-2@4", "s-2@5"]);
  });
});

describe("failures", () => {
  it.each([
    ["P04 a subscribe without a session", { subscribe: {} }, "protocol_error"],
    ["P04 an unsubscribe without a session", { unsubscribe: {} }, "protocol_error"],
    ["P16 a session id that can be none", { subscribe: { sessionId: "../etc" } }, "protocol_error"],
    ["P16 a frame that is none", { command: { name: "x" } }, "protocol_error"],
    ["P16 a field of a wrong type", { subscribe: { sessionId: 7 } }, "bad_client_frame"],
    ["a page of a session not subscribed", { page: { sessionId: "s-9", before: "1" } }, "protocol_error"],
    ["authenticate, which is not offered", { authenticate: { token: "t" } }, "protocol_error"],
  ])("%s is answered, and the socket stays", async (_, frame, code) => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    client.socket.send(JSON.stringify(frame));
    expect((await client.next()).error).toMatchObject({ code });
    expect(arms(await client.subscribe("s-1"))).toEqual(["FULL", "subscribed"]);
  });

  it("P37 binary frames are refused, and the socket stays", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    client.socket.send(Buffer.from('{"subscribe":{"sessionId":"s-1"}}'), { binary: true });
    expect((await client.next()).error?.code).toBe("bad_client_frame");
    expect(arms(await client.subscribe("s-1"))).toEqual(["FULL", "subscribed"]);
  });

  it("P27 unknown fields are ignored, or refused where strictness was asked for", async () => {
    const frame = JSON.stringify({ subscribe: { sessionId: "s-1", fromTheFuture: 1, capabilities: ["timeline"] } });
    await using lenient = await WebSocketScene.open();
    await using first = await lenient.client();
    first.socket.send(frame);
    expect(arms(await first.take(2))).toEqual(["FULL", "subscribed"]);
    await using strict = await WebSocketScene.open({ strictFrames: true });
    await using second = await strict.client();
    second.socket.send(frame);
    expect((await second.next()).error?.code).toBe("bad_client_frame");
  });

  it("the fourth bad frame within a minute closes with 4400", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    for (let bad = 0; bad < 4; bad += 1) client.socket.send("{");
    expect(arms(await client.take(3))).toEqual(["error", "error", "error"]);
    expect(await client.closed).toBe(4400);
  });

  it("P36 a frame above the limit closes with 1009", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    client.send({ ping: { nonce: "n".repeat(70_000) } });
    expect(await client.closed).toBe(1009);
  });

  it("P17 P35 a denied subscribe is told in its own scope, without saying whether the session exists", async () => {
    await using scene = await WebSocketScene.open();
    scene.hub.forbidden.add("s-2");
    await using client = await scene.client();
    await client.subscribe("s-1");
    client.send({ subscribe: { sessionId: "s-2", requestId: "r-2" } });
    expect(await client.next()).toEqual({
      error: {
        code: "forbidden",
        message: "There is no such session, or it is not yours to read",
        sessionId: "s-2",
        requestId: "r-2",
      },
    });
    scene.hub.lane("s-1").commit(say("a", "still here"));
    expect(arms([await client.next()])).toEqual(["timeline"]);
    expect(scene.transport.connections()[0]?.subscriptions).toEqual(["s-1"]);
  });

  it("P17 storage that fails is a retryable error of that session, without its reasons", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    await client.subscribe("s-1");
    scene.hub.gates.set("s-2", failure("password of the database"));
    client.send({ subscribe: { sessionId: "s-2", requestId: "r-2" } });
    const { error } = await client.next();
    expect(error).toMatchObject({ code: "snapshot_failed", retryable: true, sessionId: "s-2", requestId: "r-2" });
    expect(error?.message).not.toContain("password");
    expect(scene.reports).toEqual(["subscribe s-2: password of the database"]);
    expect(scene.transport.connections()[0]?.subscriptions).toEqual(["s-1"]);
  });

  it("S15 one subscription more than allowed is refused, the others live", async () => {
    await using scene = await WebSocketScene.open({ limits: { maxSubscriptionsPerConnection: 2 } });
    await using client = await scene.client();
    await client.subscribe("s-1");
    await client.subscribe("s-2");
    client.send({ subscribe: { sessionId: "s-3" } });
    expect((await client.next()).error?.code).toBe("limit_reached");
    await client.subscribe("s-2");
  });
});

describe("subscribe under way", () => {
  it("S05 S06 a slow snapshot holds up neither this connection's other frames nor another connection", async () => {
    await using scene = await WebSocketScene.open();
    const { opened, open } = gate();
    scene.hub.gates.set("slow", opened);
    await using client = await scene.client();
    await using other = await scene.client();
    client.send({ subscribe: { sessionId: "slow", capabilities: ["timeline"] } });
    expect(await client.settled()).toEqual([]);
    await client.subscribe("s-1");
    await other.subscribe("s-1");
    scene.hub.lane("s-1").commit(say("a", "hi"));
    expect(arms([await client.next(), await other.next()])).toEqual(["timeline", "timeline"]);
    open();
    expect(arms(await client.take(2))).toEqual(["FULL", "subscribed"]);
  });

  it("S07 unsubscribe during a slow snapshot cancels it: nothing comes, nothing is left", async () => {
    await using scene = await WebSocketScene.open();
    const { opened, open } = gate();
    scene.hub.gates.set("slow", opened);
    await using client = await scene.client();
    client.send({ subscribe: { sessionId: "slow", capabilities: ["timeline"] } });
    client.send({ unsubscribe: { sessionId: "slow" } });
    expect(await client.next()).toEqual({ unsubscribed: { sessionId: "slow" } });
    open();
    expect(await client.settled()).toEqual([]);
    expect(scene.hub.subscribers("slow")).toBe(0);
  });

  it("S07 a connection that closes during a slow snapshot leaves nothing behind", async () => {
    await using scene = await WebSocketScene.open();
    const { opened, open } = gate();
    scene.hub.gates.set("slow", opened);
    const client = await scene.client();
    client.send({ subscribe: { sessionId: "slow", capabilities: ["timeline"] } });
    await client.settled();
    await client[Symbol.asyncDispose]();
    open();
    await using other = await scene.client();
    await other.settled();
    expect(scene.transport.connections()).toHaveLength(1);
    expect(scene.hub.subscribers("slow")).toBe(0);
  });

  it("P33 a second subscribe re-hydrates, and frames come once", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    await client.subscribe("s-1");
    expect(arms(await client.subscribe("s-1"))).toEqual(["FULL", "subscribed"]);
    scene.hub.lane("s-1").commit(say("a", "once"));
    expect(arms(await client.settled())).toEqual(["timeline"]);
    expect(scene.hub.subscribers("s-1")).toBe(1);
  });

  it("P33 a second subscribe that fails keeps the first, which goes on while the second waits", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    await client.subscribe("s-1");
    const { opened, open } = gate();
    scene.hub.gates.set(
      "s-1",
      opened.then(() => failure("disk")),
    );
    client.send({ subscribe: { sessionId: "s-1", requestId: "again" } });
    await client.settled();
    scene.hub.lane("s-1").commit(say("a", "meanwhile"));
    expect(arms([await client.next()])).toEqual(["timeline"]);
    open();
    expect((await client.next()).error).toMatchObject({ code: "snapshot_failed", requestId: "again" });
    scene.hub.lane("s-1").commit(say("a", "after"));
    expect((await client.next()).timeline).toMatchObject({ prevOrdinal: "1", ordinal: "2" });
  });

  it("I13 of a session that is taken away nothing waits any more, whichever of its subscriptions it was for", async () => {
    await using scene = await WebSocketScene.open();
    await using deaf = await scene.client();
    await using live = await scene.client();
    await deaf.subscribe("s-1");
    await live.subscribe("s-1");
    deaf.socket.pause();
    const waiting = () => scene.transport.connections()[0]?.queuedBytes ?? 0;
    for (let turn = 0; waiting() < 256 * 1024; turn += 1) {
      scene.hub.lane("s-1").commit(say("a", `${turn} ${"x".repeat(50_000)}`));
      await live.next();
    }
    deaf.send({ subscribe: { sessionId: "s-1", capabilities: ["timeline"] } });
    while (scene.hub.attached.length < 3) await live.settled();
    await live.settled();
    scene.hub.attached.at(-1)?.sink.ended(new SessionStreamError("forbidden", "Not yours to read any more."));
    const oneWrite = 64 * 1024;
    expect(waiting()).toBeLessThan(2 * oneWrite);
  });

  it("P34 snapshots taken in a storm of appends never double a word", async () => {
    await using scene = await WebSocketScene.open();
    const lane = scene.hub.lane("s-1");
    lane.commit(say("a", ""));
    await using client = await scene.client();
    for (let turn = 0; turn < 50; turn += 1) {
      client.send({ subscribe: { sessionId: "s-1", capabilities: ["timeline"] } });
      for (let word = 0; word < 5; word += 1) lane.commit({ writes: [append(note, "a", "text", `${turn}.${word} `)] });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const frames = await client.settled();
    const snapshots = frames.flatMap((frame) => frame.snapshot ?? []);
    for (const snapshot of snapshots) {
      const words = JSON.stringify(snapshot.entities).match(/\d+\.\d /g) ?? [];
      expect(words).toHaveLength(Number(snapshot.snapshotOrdinal) - 1);
    }
    expect(snapshots.length).toBeGreaterThan(0);
    const last = frames.findLast((frame) => frame.snapshot !== undefined || frame.timeline !== undefined);
    expect(last?.timeline?.ordinal ?? last?.snapshot?.snapshotOrdinal).toBe("251");
  });
});

describe("a long history", () => {
  it("P43 50,000 entities come in parts, and a ping is answered between them", async () => {
    await using scene = await WebSocketScene.open();
    const rows = Array.from({ length: 50_000 }, (_, row) => put(note, `row-${row}`, { text: "x".repeat(100) }));
    scene.hub.lane("s-1").commit({ writes: rows });
    await using client = await scene.client();
    client.send({ subscribe: { sessionId: "s-1", capabilities: ["timeline"] } });
    const frames = [await client.next()];
    client.send({ ping: { nonce: "are you there" } });
    while (frames.at(-1)?.subscribed === undefined) frames.push(await client.next());
    const answered = frames.findIndex((frame) => frame.pong !== undefined);
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThan(frames.length / 2);
    expect(keys(...frames.map((frame) => frame.snapshot))).toHaveLength(50_000);
  });
});

describe("peers without capabilities", () => {
  it("P14 P29 get whole snapshots and events, whatever since says and whatever a later subscribe claims", async () => {
    await using scene = await WebSocketScene.open();
    const lane = scene.hub.lane("s-1");
    lane.commit(say("a", "1"), say("b", "2"));
    await using client = await scene.client();
    client.send({ subscribe: { sessionId: "s-1", sinceSnapshotOrdinal: "1" } });
    const [snapshot, subscribed] = await client.take(2);
    expect(snapshot?.snapshot).toEqual({
      sessionId: "s-1",
      snapshotOrdinal: "2",
      entities: [expect.anything(), expect.anything()],
    });
    expect(subscribed).toEqual({ subscribed: { sessionId: "s-1", sinceSnapshotOrdinal: "1" } });
    lane.commit(say("c", "3"));
    expect((await client.next()).uiEvent).toMatchObject({ name: "Noted", eventOrdinal: "3" });
    client.send({ subscribe: { sessionId: "s-1", capabilities: ["timeline"] } });
    expect((await client.next()).snapshot?.mode).toBeUndefined();
    expect(scene.transport.connections()[0]?.mode).toBe("reference");
  });

  it("P16 errors carry no field of ours", async () => {
    await using scene = await WebSocketScene.open();
    await using client = await scene.client();
    client.send({ subscribe: { requestId: "r" } });
    expect(await client.next()).toEqual({
      error: { code: "protocol_error", message: "subscribe: missing session id" },
    });
  });
});
