/** Owns the production hub and socket transport in one process on one virtual clock, with any number of connections. */
import type { HubOptions } from "@sessionstream/server-node";
import {
  createWebSocketTransport,
  type WebSocketTransport,
  type WebSocketTransportOptions,
} from "@sessionstream/server-node/ws";
import { type ManualPlatform, manualPlatform } from "../../../packages/server-node/src/testing/manual-platform.ts";
import { MemorySocket, type MemorySocketOptions } from "./memory-socket.ts";
import { ada, type NotesHub, notesHub } from "./notes-hub.ts";

export interface MemoryServer extends NotesHub {
  readonly transport: WebSocketTransport;
  /** A connection that has its hello. */
  connect(options?: MemorySocketOptions): Promise<MemorySocket>;
  /** Bytes that wait for their peers, over all connections. */
  queuedBytes(): number;
}

export function memoryServer(
  hubOptions: Partial<Omit<HubOptions, "platform">> & { readonly platform?: ManualPlatform } = {},
  socketOptions: Partial<WebSocketTransportOptions> = {},
): MemoryServer {
  const scene = notesHub(hubOptions);
  const { hub, platform } = scene;
  // Ids of its own: however many connect, the hub mints the same ones.
  const ids = manualPlatform({ idPrefix: "socket" });
  let users = 0;
  const transport = createWebSocketTransport({
    hub,
    // Each connection somebody else's: how many one user may have is not the question here.
    authenticate: () => {
      users += 1;
      return { id: `user-${users}`, tenant: ada.tenant };
    },
    origins: [],
    allowMissingOrigin: true,
    platform: { ...platform, randomId: () => ids.randomId() },
    ...socketOptions,
    // All of them come from here.
    limits: { maxConnectionsPerAddress: 100_000, maxPendingHandshakesPerAddress: 100_000, ...socketOptions.limits },
  });
  return {
    ...scene,
    transport,
    connect: (options) => new MemorySocket(options).connect(transport),
    queuedBytes: () => transport.connections().reduce((sum, { queuedBytes }) => sum + queuedBytes, 0),
  };
}
