/**
 * Owns the wiring of the backend for sessionstream servers (this project's and the Go reference): one socket for all
 * sessions, commands over HTTP. No logic.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import { httpCommands } from "../../command/http-commands.ts";
import { httpTicket } from "../../command/http-ticket.ts";
import { defaultPlatform } from "../../platform/default-platform.ts";
import { surroundingAddress, surroundingWebSocket } from "../../platform/surroundings.ts";
import type { Credentials } from "../../session/connection/credentials.ts";
import { type ConnectionOptions, runConnection } from "../../session/connection/run-connection.ts";
import type { Diagnostic } from "../../session/diagnostic.ts";
import type { TimelineMapping } from "../../timeline/mapping.ts";
import { createMappingRegistry } from "../../timeline/mapping-registry.ts";
import type { Transport } from "../../wire/transport.ts";
import { type WebSocketConstructor, webSocketTransport } from "../../wire/websocket-transport.ts";
import type { ChatBackend } from "../chat-backend.ts";
import { socketUrl } from "./addresses.ts";
import { type HttpAccess, httpOptions } from "./http-options.ts";

export interface SessionstreamBackendOptions extends HttpAccess {
  /** Default: the global one. */
  readonly webSocket?: WebSocketConstructor;
  /** Instead of a WebSocket. */
  readonly transport?: Transport;
  /**
   * How the socket is known. `cookie` (default): by its upgrade request. `ticket`: by what `POST /ticket` answers just
   * before, where that is known by cookie or token. `token`: by `getToken`. Neither is ever part of an address.
   */
  readonly socketCredentials?: "cookie" | "ticket" | "token";
  /** Newest rows to load at first. Default 50. */
  readonly window?: number;
  /** For reference servers: how their UI events change the timeline. */
  readonly mappings?: readonly TimelineMapping[];
  /** Sees what happens on the wire, without payloads. What it throws is ignored. */
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

const DEFAULT_WINDOW = 50;

export function sessionstreamBackend(options: SessionstreamBackendOptions): ChatBackend {
  const { url, getToken, webSocket, socketCredentials = "cookie" } = options;
  if (socketCredentials === "token" && getToken === undefined) {
    throw new SessionStreamError(
      "invalid_options",
      'socketCredentials "token" needs "getToken", which gives the token',
    );
  }
  const platform = options.platform ?? defaultPlatform();
  const report = (diagnostic: Diagnostic) => {
    try {
      options.onDiagnostic?.(diagnostic);
    } catch {
      // An observing callback is the end of the line: there is nobody left to tell (L12).
    }
  };

  const http = httpOptions(options, platform);
  const connection = runConnection({
    transport: options.transport ?? webSocketTransport(() => webSocket ?? surroundingWebSocket()),
    url: () => socketUrl(url, surroundingAddress()),
    platform,
    mappings: createMappingRegistry(options.mappings ?? [], report),
    window: options.window ?? DEFAULT_WINDOW,
    refresh: http.refresh,
    ...socketProofs(socketCredentials, getToken, httpTicket(http)),
    report,
  });
  const commands = httpCommands(http);

  return {
    open: (session, observer, from) => connection.open(session, observer, from),
    submit: (command, signal) => commands.submit(command, signal),
    close: () => connection.close(),
  };
}

/** What a connection shows at first, and later in place of it. A cookie is renewed by the app, in its own time. */
function socketProofs(
  kind: NonNullable<SessionstreamBackendOptions["socketCredentials"]>,
  getToken: SessionstreamBackendOptions["getToken"],
  getTicket: ReturnType<typeof httpTicket>,
): Pick<ConnectionOptions, "introduce" | "renew"> {
  const byTicket = async (signal: AbortSignal) => ({ ticket: await getTicket(signal) });
  const byToken =
    getToken && ((refresh: boolean) => async (): Promise<Credentials> => ({ token: await getToken({ refresh }) }));
  switch (kind) {
    case "cookie":
      return { introduce: undefined, renew: byToken?.(true) };
    case "token":
      return { introduce: byToken?.(false), renew: byToken?.(true) };
    case "ticket":
      return {
        introduce: byTicket,
        async renew(signal) {
          await getToken?.({ refresh: true });
          return byTicket(signal);
        },
      };
  }
}
