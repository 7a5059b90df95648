// Chat with your own storage: a messages table of yours, and a chat server that keeps its messages there.
import { createServer, type Server } from "node:http";
import { createHub } from "@sessionstream/server-node";
import { chat, type Engine } from "@sessionstream/server-node/chat";
import { createChatHttpHandler } from "@sessionstream/server-node/http";
import { fromMessageRows, type MessageRow, type MessageRowStore } from "@sessionstream/server-node/message-rows";
import { serveChat } from "@sessionstream/server-node/node";
import { createWebSocketTransport } from "@sessionstream/server-node/ws";
import type Database from "libsql";

/** Columns for what you want to query, and the row as it is. */
export function messagesTable(database: Database.Database): MessageRowStore {
  database.exec(`CREATE TABLE IF NOT EXISTS messages (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id TEXT NOT NULL,
    key       TEXT NOT NULL,
    author    TEXT NOT NULL,
    preview   TEXT NOT NULL,
    row       TEXT NOT NULL,
    UNIQUE (thread_id, key)
  )`);
  const select = database.prepare("SELECT seq, row FROM messages WHERE thread_id = ? ORDER BY seq");
  const insert = database.prepare(
    `INSERT INTO messages (thread_id, key, author, preview, row) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (thread_id, key) DO NOTHING`,
  );
  const remove = database.prepare("DELETE FROM messages WHERE thread_id = ?");
  return {
    async loadMessages(threadId) {
      // CAST: the columns that were asked for.
      const found = select.all(threadId) as { seq: number; row: string }[];
      return found.map(({ seq, row }): MessageRow => ({ ...JSON.parse(row), seq }));
    },
    async appendMessage(row) {
      insert.run(row.threadId, row.key, row.authorRole, row.textPreview, JSON.stringify(row));
    },
    async removeMessages(threadId) {
      remove.run(threadId);
    },
  };
}

export function chatServer(database: Database.Database, engine: Engine, origin: string): Server {
  const hub = createHub({
    storage: fromMessageRows(messagesTable(database)),
    checkpoint: "always", // A row is written as soon as its message has settled, not only when its run ends.
    modules: [chat({ engine })],
    authorize: ({ principal }) => principal.id === "ada",
  });
  const options = { hub, authenticate: () => ({ id: "ada", tenant: "home" }), origins: [origin] };
  const server = createServer();
  serveChat(server, { http: createChatHttpHandler(options), ws: createWebSocketTransport(options) });
  server.once("close", () => void hub.close());
  return server;
}
