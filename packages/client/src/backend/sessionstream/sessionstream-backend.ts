/**
 * Owns the wiring of the backend for sessionstream servers (this project's and the Go reference): one socket for all
 * sessions, commands over HTTP. No logic.
 */
import { httpCommands } from "../../command/http-commands.ts";
import type { HttpRequest } from "../../command/http-routes.ts";
import type { ClientPlatform } from "../../platform/client-platform.ts";
import { defaultPlatform } from "../../platform/default-platform.ts";
import { surroundingAddress, surroundingFetch, surroundingWebSocket } from "../../platform/surroundings.ts";
import { runConnection } from "../../session/connection/run-connection.ts";
import type { Diagnostic } from "../../session/diagnostic.ts";
import type { TimelineMapping } from "../../timeline/mapping.ts";
import { createMappingRegistry } from "../../timeline/mapping-registry.ts";
import type { Transport } from "../../wire/transport.ts";
import { type WebSocketConstructor, webSocketTransport } from "../../wire/websocket-transport.ts";
import type { ChatBackend } from "../chat-backend.ts";
import { socketUrl, withoutSlash } from "./addresses.ts";

export interface SessionstreamBackendOptions {
  /** Where the chat's HTTP routes start: `/api/chat`, or absolute. The socket's address follows from it. */
  readonly url: string;
  readonly fetch?: typeof fetch;
  /** Default: the global one. */
  readonly webSocket?: WebSocketConstructor;
  /** Instead of a WebSocket. */
  readonly transport?: Transport;
  readonly platform?: ClientPlatform;
  /** Headers of HTTP requests. */
  readonly headers?: (operation: HttpRequest["operation"]) => HeadersInit | Promise<HeadersInit>;
  /** Last look at an HTTP request. */
  readonly beforeRequest?: (operation: HttpRequest["operation"], init: RequestInit) => RequestInit;
  /**
   * The bearer token of HTTP requests. Asked with `refresh` after the server refused one, on either channel. The socket
   * itself carries no token: its upgrade is authenticated by cookie.
   */
  readonly getToken?: (ask: { readonly refresh: boolean }) => string | Promise<string>;
  /** Newest rows to load at first. Default 50. */
  readonly window?: number;
  /** For reference servers: how their UI events change the timeline. */
  readonly mappings?: readonly TimelineMapping[];
  /** Sees what happens on the wire, without payloads. What it throws is ignored. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

const DEFAULT_WINDOW = 50;

export function sessionstreamBackend(options: SessionstreamBackendOptions): ChatBackend {
  const { url, getToken, webSocket } = options;
  const platform = options.platform ?? defaultPlatform();
  const refresh = getToken === undefined ? undefined : async () => getToken({ refresh: true });
  const report = (diagnostic: Diagnostic) => {
    try {
      options.onDiagnostic?.(diagnostic);
    } catch {
      // An observing callback is the end of the line: there is nobody left to tell (L12).
    }
  };

  const connection = runConnection({
    transport: options.transport ?? webSocketTransport(() => webSocket ?? surroundingWebSocket()),
    url: () => socketUrl(url, surroundingAddress()),
    platform,
    mappings: createMappingRegistry(options.mappings ?? [], report),
    window: options.window ?? DEFAULT_WINDOW,
    refresh,
    report,
  });
  const commands = httpCommands({
    url: withoutSlash(url),
    fetch: options.fetch ?? surroundingFetch,
    platform,
    refresh,
    beforeRequest: options.beforeRequest,
    async headers(operation) {
      const headers = new Headers(await options.headers?.(operation));
      if (getToken !== undefined) headers.set("authorization", `Bearer ${await getToken({ refresh: false })}`);
      return headers;
    },
  });

  return {
    open: (session, observer) => connection.open(session, observer),
    submit: (command, signal) => commands.submit(command, signal),
    close: () => connection.close(),
  };
}
