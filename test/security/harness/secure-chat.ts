/**
 * Owns a chat as an app would run it: hub, HTTP routes, sockets and tickets behind one real server, with users who sign
 * in by bearer token and an access list that decides. A test changes the list, the users and the clock.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type AuthorizeRequest,
  createHub,
  type Hub,
  type MessageStorageAdapter,
  memoryDirectory,
  memoryStorage,
  nodePlatform,
  type Principal,
} from "@sessionstream/server-node";
import { chat } from "@sessionstream/server-node/chat";
import { demoEngine } from "@sessionstream/server-node/engines/demo";
import { type ChatHttpOptions, createChatHttpHandler, createTickets } from "@sessionstream/server-node/http";
import { serveChat } from "@sessionstream/server-node/node";
import {
  createWebSocketTransport,
  type WebSocketTransport,
  type WebSocketTransportOptions,
} from "@sessionstream/server-node/ws";
import { TestClient } from "../../../packages/server-node/src/transport/ws/testing/test-client.ts";

export const ORIGIN = "https://app.example";
const UNLIMITED = { perSecond: 1_000_000, burst: 1_000_000 };

/** Who may do what with one session. Nobody else may do anything. */
interface Access {
  readonly owner: string;
  readonly readers?: readonly string[];
}

export interface SecureChatOptions {
  readonly storage?: MessageStorageAdapter;
  /** Whether users may begin sessions that are on no list. Default `true`. */
  readonly mayCreate?: boolean;
  readonly http?: Partial<ChatHttpOptions>;
  readonly ws?: Partial<WebSocketTransportOptions>;
  readonly reauthorizeMs?: number;
  /** Failures are printed, as without a listener for them. Default: they are kept quiet. */
  readonly isLoud?: boolean;
}

export interface SecureChat extends AsyncDisposable {
  readonly hub: Hub;
  readonly sockets: WebSocketTransport;
  readonly host: string;
  /** By token. Deleting one is a sign-out. */
  readonly users: Map<string, Principal>;
  /** By tenant and session, as `key` makes it. */
  readonly access: Map<string, Access>;
  /** What the app was asked, in order. */
  readonly asked: AuthorizeRequest[];
  fetch(method: string, path: string, token: string | null, body?: object): Promise<Response>;
  /** `null` for the Origin: none is sent. */
  connect(token: string | null, origin?: string | null): TestClient;
}

export function key(tenant: string, session: string): string {
  return `${tenant}/${session}`;
}

export async function secureChat(options: SecureChatOptions = {}): Promise<SecureChat> {
  const { mayCreate = true, isLoud = false } = options;
  const users = new Map<string, Principal>();
  const access = new Map<string, Access>();
  const asked: AuthorizeRequest[] = [];
  const platform = nodePlatform();
  const directory = memoryDirectory();
  const tickets = createTickets();
  const userOf = (authorization: string | null | undefined): Principal | null =>
    users.get((authorization ?? "").replace(/^Bearer /, "")) ?? null;

  const hub = createHub({
    storage: options.storage ?? memoryStorage(),
    modules: [chat({ engine: demoEngine({ speed: Number.POSITIVE_INFINITY }), directory })],
    platform,
    limits: { reauthorizeMs: options.reauthorizeMs ?? 60_000 },
    authorize(request) {
      asked.push(request);
      const { principal, action, session } = request;
      const entry = access.get(key(principal.tenant, session));
      if (entry === undefined) return action === "create" && mayCreate;
      const isReader = entry.readers?.includes(principal.id) ?? false;
      return entry.owner === principal.id || (action === "read" && isReader);
    },
  });
  const http = createChatHttpHandler({
    hub,
    directory,
    tickets,
    authenticate: ({ headers }) => userOf(headers.get("authorization")),
    origins: [ORIGIN],
    limits: { commands: UNLIMITED, reads: UNLIMITED },
    ...(isLoud ? {} : { onError: () => undefined }),
    ...options.http,
  });
  const sockets = createWebSocketTransport({
    hub,
    tickets,
    authenticate: ({ headers }) => userOf(headers.authorization),
    authenticateToken: (token) => users.get(token) ?? null,
    origins: [ORIGIN],
    limits: {
      maxConnectionsPerPrincipal: 1_000,
      maxConnectionsPerAddress: 1_000,
      maxPendingHandshakesPerAddress: 200,
      inboundFrames: UNLIMITED,
    },
    ...(isLoud ? {} : { report: () => undefined }),
    ...options.ws,
  });
  const server = createServer();
  serveChat(server, { http, ws: sockets });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // CAST: the server listens on a TCP port.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bearer = (token: string | null) => (token === null ? {} : { authorization: `Bearer ${token}` });

  return {
    hub,
    sockets,
    host,
    users,
    access,
    asked,
    fetch: (method, path, token, body = {}) =>
      fetch(`http://${host}/api/chat${path}`, {
        method,
        headers: { origin: ORIGIN, "content-type": "application/json", ...bearer(token) },
        ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
      }),
    connect: (token, origin = ORIGIN) =>
      new TestClient(`ws://${host}/api/chat/ws`, { headers: bearer(token), ...(origin === null ? {} : { origin }) }),
    async [Symbol.asyncDispose]() {
      await sockets.close();
      await hub.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
