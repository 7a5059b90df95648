import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpHandler } from "../http/chat-http-handler.ts";
import { nodeHandler } from "./node-handler.ts";
import { type ServerTimeouts, setTimeouts } from "./server-timeouts.ts";

export interface ServeChatOptions {
  /** Requests at and below `basePath` go here. */
  readonly http: HttpHandler;
  /** Upgrades of `wsPath` go here. */
  readonly ws?: { handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> };
  /** Everything else: the app's own pages. Default: 404. */
  readonly page?: RequestListener;
  /** Default `/api/chat`. */
  readonly basePath?: string;
  /** Default `basePath + "/ws"`. */
  readonly wsPath?: string;
  readonly onError?: (error: unknown) => void;
  /** Set on the server, which belongs to the app: its other requests have them too. */
  readonly timeouts?: Partial<ServerTimeouts>;
}

/** Puts a chat's API, its socket and the app's page on one server. @returns takes them off again. */
export function serveChat(server: Server, options: ServeChatOptions): () => void {
  const { basePath = "/api/chat", ws, onError } = options;
  const restoreTimeouts = setTimeouts(server, options.timeouts);
  const wsPath = options.wsPath ?? `${basePath}/ws`;
  const page: RequestListener = options.page ?? ((_request, response) => void response.writeHead(404).end());
  const api = nodeHandler(options.http, onError === undefined ? {} : { onError });
  const onRequest: RequestListener = (request, response) => {
    const path = pathOf(request);
    if (path === basePath || path.startsWith(`${basePath}/`)) api(request, response);
    else page(request, response);
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (pathOf(request) === wsPath) void ws?.handleUpgrade(request, socket, head);
    // With a listener, Node leaves every upgrade to it: what nobody else takes would hang.
    else if (server.listenerCount("upgrade") === 1) socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
  };
  server.on("request", onRequest);
  if (ws !== undefined) server.on("upgrade", onUpgrade);
  return () => {
    server.off("request", onRequest);
    server.off("upgrade", onUpgrade);
    restoreTimeouts();
  };
}

function pathOf({ url = "/" }: IncomingMessage): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
