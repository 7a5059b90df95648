import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createChatClient, sessionstreamBackend } from "@sessionstream/client";
import { sessionId } from "@sessionstream/protocol";
import { describeMessageRowConformance } from "@sessionstream/server-node/testing/vitest";
import Database from "libsql";
import { expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { chatServer, messagesTable } from "./own-messages.ts";

const PAGE = "https://app.example";

describeMessageRowConformance("your own messages table", () => messagesTable(new Database(":memory:")));

async function serve(database: Database.Database) {
  const server = chatServer(
    database,
    async function* answer({ prompt }) {
      yield { type: "text-delta", id: "1", text: `You said: ${prompt}` };
      yield { type: "text-end", id: "1" };
    },
    PAGE,
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: a server that listens on a port has an address.
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${port}/api/chat`, stop };
}

/** A socket as a page of the application opens it. */
class PageSocket extends WebSocket {
  constructor(url: string) {
    super(url, { origin: PAGE });
  }
}

/** What such a page shows of the thread. */
function openPage(url: string) {
  const backend = sessionstreamBackend({ url, webSocket: PageSocket, headers: () => ({ origin: PAGE }) });
  const client = createChatClient({ backend });
  const { thread } = client.acquire(sessionId("kitchen"));
  const texts = () =>
    thread.timeline.getOrder().flatMap((key) => {
      const { kind, payload } = thread.timeline.getEntity(key) ?? {};
      return kind === "ChatMessage" ? [payload?.["content"]] : [];
    });
  return { thread, texts, leave: () => client.close() };
}

it("Q08 a conversation outlives its server in your own table", async () => {
  const database = new Database(":memory:");
  const first = await serve(database);
  const before = openPage(first.url);
  await before.thread.send({ text: "Buy cedar oil" });
  await vi.waitFor(() => expect(before.texts()).toEqual(["Buy cedar oil", "You said: Buy cedar oil"]));
  await vi.waitFor(() => expect(database.prepare("SELECT preview FROM messages").all()).toHaveLength(2));
  before.leave();
  await first.stop();

  const second = await serve(database);
  onTestFinished(second.stop);
  const after = openPage(second.url);
  onTestFinished(after.leave);
  await vi.waitFor(() => expect(after.texts()).toEqual(["Buy cedar oil", "You said: Buy cedar oil"]));
});

it("Q08 fits on one page", () => {
  const lines = readFileSync(new URL("./own-messages.ts", import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  expect(lines.length).toBeLessThanOrEqual(60);
});
