import { createServer } from "node:http";
import { createHub } from "@sessionstream/server-node";
import { createChatHttpHandler } from "@sessionstream/server-node/http";
import { serveChat } from "@sessionstream/server-node/node";
import { sqliteStorage } from "@sessionstream/server-node/sqlite";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import sirv from "sirv";
import { modules } from "./modules.ts";

const { PORT = "8787", DATABASE = ".data/chat.db" } = process.env;
// Everybody is the same user here, and only this server's own pages may use the chat. A real app decides both.
const access = { authenticate: () => ({ id: "demo", tenant: "demo" }), origins: "same-host" } as const;

const hub = createHub({
  storage: sqliteStorage({ path: DATABASE }),
  modules,
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
