import { createServer } from "node:http";
import { createHub } from "@sessionstream/server-node";
import { chat, reasoningPlugin, toolCallPlugin } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { createChatHttpHandler } from "@sessionstream/server-node/http";
import { serveChat } from "@sessionstream/server-node/node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import sirv from "sirv";
import { orderCardPlugin } from "./order-card-plugin.ts";
import { ORDER_CARD } from "./sample-order.ts";

const port = Number(process.env.PORT ?? 8787);
const speed = Number(process.env.DEMO_SPEED ?? 1);
// Everybody is the same user here, and only this server's own pages may use the chat. A real app decides both.
const authenticate = () => ({ id: "demo", tenant: "demo" });
const origins = "same-host";

const hub = createHub({
  storage: sqliteStorage({ path: process.env.DATABASE ?? ".data/chat.db" }),
  modules: [
    chat({
      engine: demoEngine({ speed, card: ORDER_CARD }),
      plugins: [reasoningPlugin(), toolCallPlugin(), orderCardPlugin()],
    }),
  ],
  authorize: ({ principal }) => principal.id === "demo",
});
const sockets = createWebSocketTransport({ hub, authenticate, origins });
const server = createServer();
serveChat(server, {
  http: createChatHttpHandler({ hub, authenticate, origins }),
  ws: sockets,
  page: sirv("dist", { single: true }),
});

server.once("error", (error: NodeJS.ErrnoException) => {
  console.error(error.code === "EADDRINUSE" ? `Port ${port} is taken. Set PORT to another one.` : error);
  process.exit(1);
});
server.listen(port, () => console.log(`Demo: http://localhost:${port}`));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void Promise.all([sockets.drain(), hub.close()]).finally(() => process.exit(0)));
}
