/** What the ancestor's socket let in, let grow and let out. */
import { randomBytes } from "node:crypto";
import { SessionStreamError } from "@sessionstream/protocol";
import { TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { defineEntityKind, defineProjection, type HubModule, on, put } from "@sessionstream/server-node";
import { describe, expect, it } from "vitest";
import { arms, keys } from "../../packages/server-node/src/fan-out/testing/fan-out-scene.ts";
import { FoldClient } from "../../packages/server-node/src/fan-out/testing/fold-client.ts";
import { ScriptedSink } from "../../packages/server-node/src/fan-out/testing/scripted-sink.ts";
import { grown, Note, Noted, noted, notesModule } from "../../packages/server-node/src/hub/testing/notes-module.ts";
import { scriptedStorage } from "../../packages/server-node/src/hub/testing/scripted-storage.ts";
import { ada, follow, notesHub, sessionKey } from "../server-faults/harness/notes-hub.ts";
import { socketServer } from "../server-faults/harness/socket-server.ts";

const room = sessionKey("room");

describe("the way in", () => {
  it("AN-12 needs an Origin decision, an identity and small frames, and the server itself asks who is alive", async () => {
    const { hub } = notesHub();
    // CAST: a caller without types.
    const nobodyDecided = { origins: undefined as never };
    await expect(socketServer(hub, nobodyDecided)).rejects.toThrow();
    await using server = await socketServer(hub, {
      authenticate: ({ headers }) => (headers["authorization"] === "ada" ? ada : null),
    });
    const known = { headers: { authorization: "ada" } };
    const foreign = server.connect({ ...known, origin: "https://evil.example" });
    await expect(foreign.opened).rejects.toThrow("403");
    expect(await server.connect().closed).toBe(4401);
    const talkative = await server.client(known);
    talkative.socket.send(`{"ping":{"nonce":"${"x".repeat(64 * 1024)}"}}`);
    expect(await talkative.closed).toBe(1009);
    await using impatient = await socketServer(hub, { limits: { heartbeatIntervalMs: 20, pongTimeoutMs: 20 } });
    expect(await (await impatient.client({ autoPong: false })).closed).toBe(4012);
    const ids = new Set<string>();
    for (let count = 0; count < 3; count += 1) {
      const client = server.connect(known);
      const { hello } = await client.next();
      ids.add(hello?.connectionId?.replace(/^\d+-/, "") ?? "");
      client.socket.terminate();
    }
    expect([...ids].filter((id) => id.length >= 22)).toHaveLength(3);
  });
});

describe("bounds", () => {
  it("AN-13 are bytes: a few large frames count for what they are, and a snapshot leaves in bounded parts", async () => {
    const { hub } = notesHub({ limits: { fanOut: { maxFrameBytes: 64 * 1024 }, maxEntityBytes: 50 * 1024 } });
    const large = (index: number) => noted(`n${index}`, randomBytes(16 * 1024).toString("hex"));
    await hub.publish(
      room,
      Array.from({ length: 20 }, (_, index) => large(index)),
    );
    const { sink } = await follow(hub, "room", new ScriptedSink({ holds: true, maxQueuedBytes: 256 * 1024 }));
    for (let count = 20; count < 60; count += 1) await hub.publish(room, [large(count)]);
    expect(sink.queuedBytes()).toBeLessThanOrEqual(256 * 1024);
    expect(sink.queuedFrames).toBeLessThan(10);
    const frames = sink.take();
    expect(Math.max(...sink.sent.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(64 * 1024);
    const fold = new FoldClient();
    for (const frame of frames) fold.receive(frame);
    expect(fold.timeline().filter(({ kind }) => kind === "Note")).toHaveLength(60);
    expect(fold.violations).toEqual([]);
  });
});

describe("one socket, one session, several wishes", () => {
  it("AN-14 a second subscribe that fails leaves the first one live, and one widget's leaving leaves the other", async () => {
    const { hub } = notesHub();
    let refusing = false;
    const attach: typeof hub.attach = async (principal, request) => {
      if (refusing) throw new SessionStreamError("storage_unavailable", "disk full");
      return hub.attach(principal, request);
    };
    await using server = await socketServer(
      { attach, limits: hub.limits, onRevoked: (listener) => hub.onRevoked(listener) },
      { report: () => undefined },
    );
    await using client = await server.client();
    await using other = await server.client();
    await client.subscribe("room");
    await other.subscribe("room");
    refusing = true;
    client.send({ subscribe: { sessionId: "room", capabilities: ["timeline"], requestId: "again" } });
    expect((await client.next()).error).toMatchObject({ code: "snapshot_failed", requestId: "again" });
    other.send({ unsubscribe: { sessionId: "room" } });
    await other.next();
    await hub.publish(room, [noted("a", "still here")]);
    expect(arms(await client.settled())).toEqual(["timeline"]);
    expect(await other.settled()).toEqual([]);
  });
});

describe("what leaves", () => {
  it("AN-15 an error names session and request, and says nothing of the inside", async () => {
    const storage = scriptedStorage();
    const { hub } = notesHub({ storage });
    await using server = await socketServer(hub, { report: () => undefined });
    await using client = await server.client();
    storage.readError = new Error("password=hunter2 at /var/lib/chat.db");
    client.send({ subscribe: { sessionId: "room", capabilities: ["timeline"], requestId: "r-7" } });
    const { error } = await client.next();
    expect(error).toMatchObject({ code: "snapshot_failed", sessionId: "room", requestId: "r-7", retryable: true });
    expect(JSON.stringify(error)).not.toMatch(/hunter2|chat\.db|Error/);
  });

  it("AN-16 an error is never packed as a payload: what cannot be shown is left out, with its kind's own type", async () => {
    const Fragile = defineEntityKind("Fragile", TextAppendSchema, {
      row: true,
      redact(payload) {
        if (payload.text === "broken") throw new Error("secret inside");
        return payload;
      },
    });
    const module: HubModule = {
      ...notesModule(),
      kinds: [Note, Fragile],
      projections: [
        defineProjection({
          name: "fragile",
          version: 1,
          writes: [Fragile, Note],
          on: [
            on(Noted, ({ payload }) => [
              put(Note, payload.field, payload),
              put(Fragile, payload.field, { text: payload.text }),
            ]),
          ],
        }),
      ],
    };
    const { hub, errors } = notesHub({ modules: [module] });
    const live = await follow(hub, "room");
    await hub.publish(room, [noted("a", "broken"), noted("b", "fine")]);
    const reloaded = await follow(hub, "room");
    const frames = [...live.sink.frames(), ...reloaded.sink.frames()];
    const types = JSON.stringify(frames).matchAll(/"@type":"([^"]+)"/g);
    expect(new Set([...types].map(([, type]) => type))).toEqual(
      new Set([`type.googleapis.com/${TextAppendSchema.typeName}`]),
    );
    expect(JSON.stringify(frames)).not.toContain("secret inside");
    expect(keys(...reloaded.sink.frames().map(({ snapshot }) => snapshot))).toEqual(["Note/a", "Note/b", "Fragile/b"]);
    expect(live.read().timeline()).toEqual(reloaded.read().timeline());
    expect(errors).toMatchObject([{ kind: "fan-out", subject: "redact Fragile/a" }]);
  });

  it("AN-18 a write that fails ends the connection: nobody goes on sending to it", async () => {
    const { hub } = notesHub();
    await using server = await socketServer(hub);
    await using broken = await server.client();
    await using fine = await server.client();
    await Promise.all([broken.subscribe("room"), fine.subscribe("room")]);
    expect(hub.stats().subscribers).toBe(2);
    const [socket] = server.sockets;
    if (socket === undefined) throw new Error("there is no socket");
    socket.write = (...args: unknown[]) => {
      const done = args.at(-1);
      if (typeof done === "function") setImmediate(() => done(new Error("EPIPE")));
      return false;
    };
    await hub.publish(room, [noted("a", "x")]);
    await broken.closed;
    expect(hub.stats().subscribers).toBe(1);
    expect(server.transport.connections()).toHaveLength(1);
    await hub.publish(room, [grown("a", "y")]);
    expect(arms(await fine.settled())).toEqual(["timeline", "timeline"]);
  });
});
