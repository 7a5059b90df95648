import { createServer } from "node:http";
import { createHub } from "@sessionstream/server-node";
import { agentModePlugin, chat, reasoningPlugin, toolCallPlugin, widgetsPlugin } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { createChatHttpHandler } from "@sessionstream/server-node/http";
import { serveChat } from "@sessionstream/server-node/node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import sirv from "sirv";
import { orderCardPlugin } from "./order-card-plugin.ts";
import { ORDER_CARD } from "./sample-order.ts";

const { PORT = "8787", DATABASE = ".data/chat.db", DEMO_SPEED = "1" } = process.env;
// Everybody is the same user here, and only this server's own pages may use the chat. A real app decides both.
const access = { authenticate: () => ({ id: "demo", tenant: "demo" }), origins: "same-host" } as const;

const engine = demoEngine({ speed: Number(DEMO_SPEED), card: ORDER_CARD });
const plugins = [reasoningPlugin(), toolCallPlugin(), agentModePlugin(), widgetsPlugin(), orderCardPlugin()];
const hub = createHub({
  storage: sqliteStorage({ path: DATABASE }),
  modules: [chat({ engine, plugins })],
  authorize: ({ principal }) => principal.id === "demo",
});
// One user in many windows has the limits of many.
const ws = createWebSocketTransport({ hub, ...access, limits: { maxConnectionsPerPrincipal: 100 } });
const http = createChatHttpHandler({ hub, ...access, limits: { commands: { perSecond: 50, burst: 200 } } });
const server = createServer();
serveChat(server, { http, ws, page: sirv("dist", { single: true }) });

server.once("error", (error: NodeJS.ErrnoException) => {
  console.error(error.code === "EADDRINUSE" ? `Port ${PORT} is taken. Set PORT to another one.` : error);
  process.exit(1);
});
server.listen(Number(PORT), () => console.log(`Demo: http://localhost:${PORT}`));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void Promise.all([ws.drain(), hub.close()]).finally(() => process.exit(0)));
}
