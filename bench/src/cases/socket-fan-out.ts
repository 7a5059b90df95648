/**
 * G5: a burst of frames to many real sockets, the readers in another process. CPU of the server per frame and socket.
 * Peer: `ws.send` of one string to each. Bound: the frame made once, 32 of them in one write.
 */
import type { Duplex } from "node:stream";
import { memoryStorage } from "@sessionstream/server-node";
import { serveChat } from "@sessionstream/server-node/node";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import { type WebSocket, WebSocketServer } from "ws";
import { frameHeader } from "../../../packages/server-node/src/transport/ws/wire-frame.ts";
import type { BenchCase, CaseContext } from "../case.ts";
import { type ListeningServer, listeningServer } from "../fixtures/burst-server.ts";
import { chatHub, PRINCIPAL, sessionKey, startMessage } from "../fixtures/chat-hub.ts";
import { mark } from "../fixtures/mark.ts";
import { token } from "../fixtures/tokens.ts";
import { atLeast, atMost, type Verdict } from "../goal.ts";
import { type Comparison, measure, ratioOf, type Variant } from "../measure.ts";
import { printComparison } from "../report.ts";

const BATCH = 32;

interface Burst {
  readonly sockets: number;
  readonly frames: number;
}

interface Served extends Variant {
  close(): Promise<void>;
}

export const socketFanOut: BenchCase = {
  async run(context) {
    return [...(await fanOut(context, 100, 1_280)), ...(await fanOut(context, context.pick(1_000, 300), 320))];
  },
};

async function fanOut({ pick }: CaseContext, sockets: number, frames: number): Promise<readonly Verdict[]> {
  const plain = await served("ws.send to each", { sockets, frames }, everyoneBySend);
  const batched = await served("bound: shared frame, 32 in a write", { sockets, frames }, everyoneByWrite);
  const hub = await hubServed("hub, commits one by one", { sockets, frames });
  const alone = publishingAlone(frames);
  const comparison: Comparison = {
    id: "G5",
    title: `a burst of ${frames} frames to ${sockets} sockets`,
    operation: "frame and socket",
    operations: frames * sockets,
    rounds: pick(7, 2),
    bound: batched.name,
    variants: [batched, hub, alone, plain],
  };
  const results = await measure(comparison);
  printComparison(comparison, results);
  for (const { close } of [plain, batched, hub, alone]) await close();
  const toBound = ratioOf(results, hub.name);
  return [
    atLeast("G5", `ws.send to hub, ${sockets} sockets`, ratioOf(results, plain.name) / toBound, 5),
    atMost("G5", `hub to batched shared frame, ${sockets} sockets`, toBound, 1.3),
  ];
}

/** A frame of an appended token, as long as the hub's. */
function frameText(index: number, text: string): string {
  const place = `"kind":"ChatMessage","id":"chat-msg-1:text:1","ordinal":"${index}","createdOrdinal":"101"`;
  const append = `{"field":"content","offset":${index * 4},"text":"${text}"}`;
  const patch = `"updatedAt":1790000000000,"open":true,"patch":{"baseOrdinal":"${index}","append":[${append}]}`;
  const epoch = "00000000-0000-4000-8000-000000000000";
  const head = `"sessionId":"burst","epoch":"${epoch}","prevOrdinal":"${index}","ordinal":"${index + 1}","tag":"${epoch}"`;
  return `{"timeline":{${head},"changes":[{${place},${patch}}]}}`;
}

type Broadcast = (connections: readonly Connection[], texts: readonly string[]) => Promise<void> | void;

interface Connection {
  readonly websocket: WebSocket;
  readonly socket: Duplex;
}

/** One frame after the other to everybody; between two frames the event loop may turn, as it does between commits. */
async function everyoneBySend(connections: readonly Connection[], texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    for (const { websocket } of connections) websocket.send(text);
    await Promise.resolve();
  }
}

async function everyoneByWrite(connections: readonly Connection[], texts: readonly string[]): Promise<void> {
  for (let from = 0; from < texts.length; from += BATCH) {
    const frames = texts.slice(from, from + BATCH).flatMap((text) => {
      const bytes = Buffer.from(text);
      return [frameHeader(bytes.length), bytes];
    });
    const bytes = Buffer.concat(frames);
    for (const { socket } of connections) socket.write(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function served(name: string, { sockets, frames }: Burst, broadcast: Broadcast): Promise<Served> {
  const listening = await listeningServer();
  const connections: Connection[] = [];
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false });
  listening.server.on("upgrade", (request, socket, head) => {
    server.handleUpgrade(request, socket, head, (websocket) => connections.push({ websocket, socket }));
  });
  const readers = await listening.readers("/", sockets, "");
  let rounds = 0;
  return {
    name,
    async round(stopwatch) {
      const texts = Array.from({ length: frames }, (_, index) => frameText(index, token(index)));
      texts[frames - 1] = frameText(frames, mark(rounds));
      rounds += 1;
      const marked = readers.allMarked();
      stopwatch.start();
      await broadcast(connections, texts);
      await marked;
      stopwatch.stop();
    },
    close: () => closeAll(listening, readers),
  };
}

async function hubServed(name: string, { sockets, frames }: Burst): Promise<Served> {
  const listening = await listeningServer();
  const hub = chatHub(memoryStorage());
  const ws = createWebSocketTransport({
    hub,
    authenticate: () => PRINCIPAL,
    origins: [],
    allowMissingOrigin: true,
    // The readers answer no pings, and all are one user at one address.
    limits: {
      heartbeatIntervalMs: 3_600_000,
      maxConnectionsPerPrincipal: sockets,
      maxConnectionsPerAddress: sockets,
      maxPendingHandshakesPerAddress: sockets,
    },
  });
  serveChat(listening.server, { http: async () => new Response(), ws });
  const session = sessionKey("burst");
  const subscribe = JSON.stringify({ subscribe: { sessionId: session.session, capabilities: ["timeline"] } });
  const readers = await listening.readers("/api/chat/ws", sockets, subscribe);
  while (hub.stats().subscribers < sockets) await new Promise((resolve) => setTimeout(resolve, 5));
  let rounds = 0;
  return {
    name,
    async round(stopwatch) {
      const message = await startMessage(hub, session, `chat-msg-${rounds}`);
      const end = mark(rounds);
      rounds += 1;
      const marked = readers.allMarked();
      stopwatch.start();
      for (let index = 1; index < frames; index += 1) await message.append(token(index));
      await message.append(end);
      await marked;
      stopwatch.stop();
    },
    async close() {
      await closeAll(listening, readers);
      await ws.close();
      await hub.close();
    },
  };
}

/** The part of the hub's figure that is not fan-out. */
function publishingAlone(frames: number): Served {
  const hub = chatHub(memoryStorage());
  let rounds = 0;
  return {
    name: "hub without subscribers: publishing alone",
    async round(stopwatch) {
      const message = await startMessage(hub, sessionKey("alone"), `chat-msg-${rounds}`);
      rounds += 1;
      stopwatch.start();
      for (let index = 0; index < frames; index += 1) await message.append(token(index));
      stopwatch.stop();
    },
    close: () => hub.close(),
  };
}

async function closeAll(listening: ListeningServer, readers: { stop(): Promise<void> }): Promise<void> {
  await readers.stop();
  await listening.close();
}
