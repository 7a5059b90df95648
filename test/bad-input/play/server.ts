/** A chat behind a real HTTP server, whose storage can be compared: what a bad input must not change. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createHub,
  type Hub,
  type MemoryDirectoryContents,
  type MemoryStorageContents,
  memoryDirectory,
  memoryStorage,
  type Principal,
} from "@sessionstream/server-node";
import { chat } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { createChatHttpHandler, type HttpHandler } from "@sessionstream/server-node/http";
import { serveChat } from "@sessionstream/server-node/node";
import { createWebSocketTransport, type TransportRecord } from "@sessionstream/server-node/ws";

export const ORIGIN = "https://app.example";
export const ADA: Principal = { id: "ada", tenant: "acme" };

export interface BadInputServer extends AsyncDisposable {
  readonly hub: Hub;
  readonly http: HttpHandler;
  readonly host: string;
  readonly records: readonly TransportRecord[];
  /** All that is kept, as text. */
  stored(): string;
}

export async function badInputServer(contents: MemoryStorageContents = new Map()): Promise<BadInputServer> {
  const records: TransportRecord[] = [];
  const threads: MemoryDirectoryContents = new Map();
  const directory = memoryDirectory(threads);
  const hub = createHub({
    storage: memoryStorage(contents),
    modules: [chat({ engine: demoEngine({ speed: 1_000 }), directory })],
    authorize: ({ session }) => !session.startsWith("secret"),
  });
  const principal = (user: string | null | undefined): Principal | null =>
    user ? { id: user, tenant: ADA.tenant } : null;
  const unhurried = { perSecond: 1e6, burst: 1e6 };
  const http = createChatHttpHandler({
    hub,
    directory,
    origins: [ORIGIN],
    authenticate: ({ headers }) => principal(headers.get("authorization")),
    limits: { commands: unhurried, reads: unhurried },
    onError: () => undefined,
  });
  let users = 0;
  const ws = createWebSocketTransport({
    hub,
    // Somebody else each time: what one may not do has to be the input's fault.
    authenticate: ({ headers }) => {
      users += 1;
      return principal(headers.authorization && `${headers.authorization}-${users}`);
    },
    origins: [ORIGIN],
    limits: { maxConnectionsPerAddress: 1_000, maxPendingHandshakesPerAddress: 200 },
    observer: (record) => records.push(record),
  });
  await hub.submit({
    principal: ADA,
    session: "s-1",
    command: "ChatStartInference",
    id: "seed-1",
    payload: { prompt: "hello" },
  });
  await settle(hub);
  const server = createServer();
  serveChat(server, { http, ws });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: the server listens on a TCP port.
  const { port } = server.address() as AddressInfo;
  return {
    hub,
    http,
    host: `127.0.0.1:${port}`,
    records,
    stored: () => textOf(contents, threads),
    async [Symbol.asyncDispose]() {
      await ws.close();
      server.closeAllConnections();
      server.close();
      await hub.close();
    },
  };
}

/** Until the run has ended and its checkpoint is written: the storage says the same from then on. */
async function settle(hub: Hub): Promise<void> {
  for (;;) {
    const snapshot = await hub.snapshot({ principal: ADA, session: "s-1" });
    if (hub.stats().effects === 0 && snapshot?.entities.every(({ open }) => !open)) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await hub.snapshot({ principal: ADA, session: "s-1" });
}

function textOf(contents: MemoryStorageContents, threads: MemoryDirectoryContents): string {
  return JSON.stringify(
    [
      [...contents].map(([key, { events, commands }]) => [key, events, [...commands]]),
      [...threads].map(([key, { entry, marks }]) => [key, entry, [...marks]]),
    ],
    (_, value: unknown) => (typeof value === "bigint" ? String(value) : value),
  );
}
