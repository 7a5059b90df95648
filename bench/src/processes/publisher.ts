/**
 * A server of its own process: a chat on SQLite that syncs with every commit, and beside it a bare socket. Every tick it
 * publishes the time of the clock both processes share, and sends the same over the bare socket half a tick later.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serveChat } from "@sessionstream/server-node/node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import { type WebSocket, WebSocketServer } from "ws";
import { chatHub, PRINCIPAL, sessionKey, startMessage } from "../fixtures/chat-hub.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const [session = "", perSecond = "100", count = "1000"] = process.argv.slice(2);
const intervalMs = 1_000 / Number(perSecond);

const folder = temporaryFolder();
const hub = chatHub(sqliteStorage({ path: folder.file("loopback.db"), synchronous: "FULL" }));
const ws = createWebSocketTransport({ hub, authenticate: () => PRINCIPAL, origins: [], allowMissingOrigin: true });
const bare = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const listeners: WebSocket[] = [];
const server = createServer();
serveChat(server, { http: async () => new Response(), ws });
server.on("upgrade", (request, socket, head) => {
  if (request.url !== "/bare") return;
  bare.handleUpgrade(request, socket, head, (websocket) => void listeners.push(websocket));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const message = await startMessage(hub, sessionKey(session), "chat-msg-1");
// CAST: it listens on a port, not on a pipe.
process.send?.({ port: (server.address() as AddressInfo).port, messageId: message.id });

await once(process, "message");
for (let sent = 0; sent < Number(count); sent += 1) {
  await pause(intervalMs / 2);
  await message.append(`${clock()};`);
  await pause(intervalMs / 2);
  for (const websocket of listeners) websocket.send(JSON.stringify({ at: clock() }));
}
await pause(100);
folder.remove();
process.exit(0);

function clock(): string {
  return `${process.hrtime.bigint()}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
