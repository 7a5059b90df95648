import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sessionstreamBackend } from "@sessionstream/client";
import { pinocchioMappings } from "@sessionstream/client/pinocchio";
import { type ServerFrameJson, sessionId } from "@sessionstream/protocol";
import { frameScript, type ScriptStep } from "@sessionstream/protocol/testing";
import { createHub, memoryStorage } from "@sessionstream/server-node";
import { chat, type Engine } from "@sessionstream/server-node/chat";
import { createChatHttpHandler } from "@sessionstream/server-node/http";
import { serveChat } from "@sessionstream/server-node/node";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { defaultPlatform } from "../../packages/client/src/platform/default-platform.ts";
import { follow } from "../../packages/client/src/testing/backend-conformance/follower.ts";
import { scriptedReferenceServer } from "./scripted-reference-server.ts";
import { StrictReferenceClient } from "./strict-reference-client.ts";

const PRINCIPAL = { id: "ada", tenant: "shop" };
const ANSWER = ["Order 1042 ", "is in transit ", "and arrives tomorrow."];

const engine: Engine = async function* () {
  yield { type: "text-start", id: "1" };
  for (const text of ANSWER) yield { type: "text-delta", id: "1", text };
  yield { type: "text-end", id: "1" };
  yield { type: "finish" };
};

/** Our server as strict peers get it, on a real port. */
async function ourServer() {
  const hub = createHub({ storage: memoryStorage(), modules: [chat({ engine })], authorize: () => true });
  const access = { authenticate: () => PRINCIPAL, origins: [], allowMissingOrigin: true };
  const ws = createWebSocketTransport({ hub, ...access, referenceHello: true, strictFrames: true });
  const server = createServer();
  serveChat(server, { http: createChatHttpHandler({ hub, ...access }), ws });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: the server listens on a TCP port.
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}/api/chat`;
  return {
    connect: () => StrictReferenceClient.connect(`ws://${address}/ws`),
    prompt: (session: string, prompt: string) =>
      fetch(`http://${address}/sessions/${session}/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prompt }),
      }),
    async [Symbol.asyncDispose]() {
      await ws.close();
      await hub.close();
      server.close();
      await once(server, "close");
    },
  };
}

describe("a strict reference client before our server", () => {
  it("P03 P06 P14 gets an empty snapshot, then a whole answer, in nothing but the reference's frames", async () => {
    await using server = await ourServer();
    await using client = await server.connect();
    await client.subscribe("room-1");
    expect(client.seen).toEqual(["hello", "snapshot", "subscribed"]);
    expect(client.messages.size).toBe(0);
    const accepted = await server.prompt("room-1", "Where is order 1042?");
    expect(await accepted.json()).toMatchObject({ sessionId: "room-1", accepted: true });
    await client.until(() => client.seen.includes("ChatRunFinished"));
    expect([...client.messages.values()]).toEqual([
      { role: "user", content: "Where is order 1042?" },
      { role: "assistant", content: ANSWER.join("") },
    ]);
    expect(client.seen.filter((name) => name === "ChatTextPatch").length).toBeGreaterThan(1);
  });

  it("P09 P29 comes back to the same whole snapshot, whatever it says it holds", async () => {
    await using server = await ourServer();
    await using before = await server.connect();
    await before.subscribe("room-1");
    await server.prompt("room-1", "Where is order 1042?");
    await before.until(() => before.seen.includes("ChatRunFinished"));
    for (const since of [undefined, "1", before.ordinal]) {
      await using after = await server.connect();
      await after.subscribe("room-1", since);
      expect(after.messages).toEqual(before.messages);
      expect([after.ordinal, after.since]).toEqual([before.ordinal, since ?? "0"]);
    }
  });

  it("P27 is told of a bad frame in the reference's words, and goes on", async () => {
    await using server = await ourServer();
    await using client = await server.connect();
    client.send({ command: { name: "ChatStartInference" } });
    await client.until(() => client.lastError !== null);
    expect(client.lastError).toMatchObject({ code: "bad_client_frame", message: expect.stringContaining("command") });
    await client.subscribe("room-1");
  });
});

describe("our client before a reference server", () => {
  const script = frameScript("reference-session");
  const beat = ({ frame }: ScriptStep) => "ping" in frame || "pong" in frame;
  const says = (frame: ServerFrameJson): ScriptStep => ({ from: "server", frame });

  /** The script, cut in the middle of the answer; the second life's snapshot holds what was said so far. */
  function lives(): readonly (readonly ScriptStep[])[] {
    const whole = script.steps.filter((step) => !beat(step));
    const cut = 1 + whole.findLastIndex(({ frame }) => "uiEvent" in frame && frame.uiEvent?.eventOrdinal === "7");
    const [user] = whole.flatMap(({ frame }) => ("snapshot" in frame ? (frame.snapshot?.entities ?? []) : []));
    const message = {
      "@type": "type.googleapis.com/sessionstream.chat.v1.ChatMessageEntity",
      messageId: "chat-msg-1:text:1",
      role: "assistant",
      content: "Order 1042 is in transit and arrives tomorrow.",
      status: "streaming",
      streaming: true,
    };
    const about = { kind: "ChatMessage", id: message.messageId, createdOrdinal: "4", lastEventOrdinal: "7" };
    const entities = [...(user === undefined ? [] : [user]), { ...about, payload: message }];
    const sessionId = script.session;
    return [
      whole.slice(0, cut),
      [
        says({ hello: { connectionId: "conn-2" } }),
        { from: "client", frame: { subscribe: { sessionId, sinceSnapshotOrdinal: "7" } } },
        ...whole.slice(cut - 1, cut),
        says({ snapshot: { sessionId, snapshotOrdinal: "7", entities } }),
        says({ subscribed: { sessionId, sinceSnapshotOrdinal: "7" } }),
        ...whole.slice(cut),
      ],
    ];
  }

  it("K04 K08 P10 shows the golden session over a cut, and sends nothing the reference does not know", async () => {
    await using server = await scriptedReferenceServer(lives());
    const backend = sessionstreamBackend({
      url: server.url,
      webSocket: WebSocket,
      mappings: pinocchioMappings,
      // No jitter: a connection that is lost is made again at once.
      platform: { ...defaultPlatform(), random: () => 0 },
    });
    const follower = follow(backend, sessionId(script.session));
    await follower.until("all is said", () => follower.cursor().ordinal === BigInt(script.expect.cursor.ordinal));
    expect(follower.entities().map(({ kind, id, payload }) => ({ kind, id, payload }))).toMatchObject(
      script.expect.entities.map(({ kind, id, payload }) => ({ kind, id, payload })),
    );
    expect(server.refused).toEqual([]);
    expect(server.heard).toEqual([
      { subscribe: { sessionId: script.session } },
      { subscribe: { sessionId: script.session, sinceSnapshotOrdinal: "7" } },
    ]);
    follower.close();
    backend.close();
  });
});
