/** Owns a hub behind real sockets on a free port, for what only a socket can show. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import {
  createWebSocketTransport,
  type WebSocketTransport,
  type WebSocketTransportOptions,
} from "@sessionstream/server-node/ws";
import type { ClientOptions } from "ws";
import { TestClient } from "../../../packages/server-node/src/transport/ws/testing/test-client.ts";
import { ada } from "./notes-hub.ts";

export interface SocketServer extends AsyncDisposable {
  readonly transport: WebSocketTransport;
  readonly host: string;
  /** Server ends of the sockets, in order of arrival. */
  readonly sockets: readonly Duplex[];
  /** Without its hello. */
  connect(options?: ClientOptions): TestClient;
  /** After its hello. */
  client(options?: ClientOptions): Promise<TestClient>;
}

export async function socketServer(
  hub: WebSocketTransportOptions["hub"],
  options: Partial<WebSocketTransportOptions> = {},
): Promise<SocketServer> {
  const sockets: Duplex[] = [];
  const transport = createWebSocketTransport({
    hub,
    authenticate: () => ada,
    origins: "same-host",
    allowMissingOrigin: true,
    ...options,
    limits: {
      maxConnectionsPerPrincipal: 1_000,
      maxConnectionsPerAddress: 1_000,
      maxPendingHandshakesPerAddress: 1_000,
      ...options.limits,
    },
  });
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    sockets.push(socket);
    void transport.handleUpgrade(request, socket, head);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // CAST: the server listens on a TCP port.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connect = (clientOptions?: ClientOptions) => new TestClient(`ws://${host}/`, clientOptions);
  return {
    transport,
    host,
    sockets,
    connect,
    async client(clientOptions) {
      const client = connect(clientOptions);
      await client.next();
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await transport.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
