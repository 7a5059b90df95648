import { SessionStreamError } from "@sessionstream/protocol";
import { createChatService } from "../../chat/chat-service.ts";
import { createThreadService } from "../../chat/threads/thread-service.ts";
import type { Principal } from "../../command/define-command.ts";
import type { SessionDirectory } from "../../directory/contract.ts";
import type { Hub } from "../../hub/hub.ts";
import { principalKey } from "../../limits/principal-key.ts";
import { createRateLimiter } from "../../limits/rate-limiter.ts";
import { inTime, tell } from "../../platform/hooks.ts";
import { logLine } from "../../platform/log-line.ts";
import { nodePlatform } from "../../platform/node-platform.ts";
import { requireDecision } from "../../platform/require-decision.ts";
import { isExpired } from "../is-expired.ts";
import { checkOriginPolicy, isOriginAllowed, type OriginPolicy } from "../origin-policy.ts";
import type { Tickets } from "../tickets.ts";
import { CHAT_ROUTES } from "./chat-routes.ts";
import { checkHttpLimits, DEFAULT_HTTP_LIMITS, type HttpLimits, PAST_READ_COST } from "./http-limits.ts";
import { httpStatus } from "./http-status.ts";
import { matchRoute } from "./match-route.ts";
import { readJsonBody } from "./read-json-body.ts";
import { errorResponse, fileResponse, jsonResponse } from "./responses.ts";
import { createSnapshotEncoder } from "./snapshot-json.ts";

export interface ChatHttpOptions {
  readonly hub: Hub;
  /** Who asks; `null` is answered with 401. What they may do is the hub's `authorize`. */
  authenticate(request: Request): Principal | null | Promise<Principal | null>;
  /** The one given to `chat`: what is listed at `GET /sessions`. Without it there is no list. */
  readonly directory?: SessionDirectory;
  /** Issued at `POST /ticket`, for the socket's first frame. The same object goes to the WebSocket transport. */
  readonly tickets?: Pick<Tickets, "issue">;
  /** Pages that may act for their users: exact origins, or those of the host the request came to. No default (L13). */
  readonly origins: OriginPolicy["origins"];
  /** Programs send no Origin. Allow them to write only where no cookie authenticates. Default `false`. */
  readonly allowMissingOrigin?: boolean;
  /** Default `/api/chat`. */
  readonly basePath?: string;
  readonly limits?: Partial<HttpLimits>;
  /** Lets allowed pages of other origins read the answers. Default: only pages of this server can. */
  readonly cors?: { readonly credentials: boolean; readonly maxAgeSeconds?: number };
  /** Told of what the client must not read. Default: `console.error`. */
  readonly onError?: (error: unknown, errorId: string) => void;
  readonly mintId?: () => string;
  /** Clock of limits and expiries. Default: the process's. */
  readonly now?: () => number;
}

export type HttpHandler = (request: Request) => Promise<Response>;

/**
 * The chat over HTTP: route → origin → principal → rate → body → command → answer, in this order, and an answer for every
 * request. Leaving before the answer stops nothing (L7).
 */
export function createChatHttpHandler(options: ChatHttpOptions): HttpHandler {
  const {
    basePath = "/api/chat",
    cors,
    mintId = () => crypto.randomUUID(),
    tickets,
    now = nodePlatform().now,
  } = options;
  const policy: OriginPolicy = { origins: options.origins, allowMissingOrigin: options.allowMissingOrigin ?? false };
  requireDecision("createChatHttpHandler", "authenticate", options.authenticate, "say whose a request is, or null");
  checkOriginPolicy(policy);
  const service = createChatService({ hub: options.hub, mintId });
  const threads = createThreadService({ hub: options.hub, directory: options.directory });
  const encodeSnapshot = createSnapshotEncoder(options.hub.payloads);
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
  checkHttpLimits(limits);
  const commands = createRateLimiter(limits.commands, now);
  const reads = createRateLimiter(limits.reads, now);
  const onError = options.onError ?? logError;

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const match = matchRoute(CHAT_ROUTES, request.method, pathBelow(basePath, url.pathname));
    if (match.type === "not-found") throw new SessionStreamError("not_found", "There is nothing at this path.");
    if (match.type === "method-not-allowed") return methodNotAllowed(match.allowed);
    const { route, session } = match;
    if (!mayAct(request, policy)) {
      throw new SessionStreamError("origin_rejected", "Pages of this origin may not use this chat.");
    }
    const principal = await inTime(options.authenticate(request), "authenticate", nodePlatform());
    if (principal === null || isExpired(principal, now())) {
      throw new SessionStreamError("unauthenticated", "Sign in first.");
    }
    checkRate(principal, route.method, url.searchParams);
    const hasBody = route.method === "POST" || route.method === "PATCH";
    const body = hasBody ? await readJsonBody(request, limits.maxBodyBytes) : {};
    const idempotencyKey = request.headers.get("idempotency-key") || undefined;
    const query = url.searchParams;
    const origin = request.headers.get("origin");
    const from = { principal, session, origin, query, idempotencyKey, body };
    const said = await route.run({ service, threads, encodeSnapshot, mintId, tickets, ...from });
    return typeof said === "string" ? jsonResponse(200, said) : fileResponse(said);
  }

  function checkRate(principal: Principal, method: string, query: URLSearchParams): void {
    const key = principalKey(principal);
    const retryAfterMs =
      method === "GET" ? reads.take(key, query.has("asOf") ? PAST_READ_COST : 1) : commands.take(key);
    if (retryAfterMs === null) return;
    throw new SessionStreamError("rate_limited", "Too many requests at once: wait, then send it again.", {
      retryAfterMs,
    });
  }

  /** What the client sent wrongly is told in words; what went wrong here, by an id of the log. */
  function refuse(thrown: unknown): Response {
    const error = SessionStreamError.from(thrown);
    if (httpStatus(error.code) < 500) return errorResponse(error, undefined);
    const errorId = error.errorId ?? mintId();
    tell(onError, [thrown, errorId], (error) => logError(error, errorId));
    return errorResponse(error, errorId);
  }

  return async (request) => {
    const origin = request.headers.get("origin");
    const shared = cors !== undefined && origin !== null && mayAct(request, policy) ? cors : undefined;
    const preflight = request.method === "OPTIONS" && request.headers.has("access-control-request-method");
    const response =
      shared !== undefined && preflight
        ? allowPreflight(shared)
        : await answer(request).catch((error) => refuse(error));
    if (shared !== undefined && origin !== null) {
      response.headers.set("access-control-allow-origin", origin);
      if (shared.credentials) response.headers.set("access-control-allow-credentials", "true");
    }
    if (cors !== undefined) response.headers.append("vary", "origin");
    return response;
  };
}

/** Browsers leave the Origin out where a page reads from its own server, never where it changes something. */
function mayAct(request: Request, policy: OriginPolicy): boolean {
  const origin = request.headers.get("origin") ?? undefined;
  if (origin === undefined && request.method === "GET") return true;
  return isOriginAllowed({ origin, host: new URL(request.url).host }, policy);
}

function pathBelow(basePath: string, pathname: string): string {
  const base = basePath.endsWith("/") ? basePath.slice(0, -1) : basePath;
  return pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : "";
}

function methodNotAllowed(allowed: readonly string[]): Response {
  const error = new SessionStreamError("method_not_allowed", `Here only ${allowed.join(", ")} is possible.`);
  const response = errorResponse(error, undefined);
  response.headers.set("allow", allowed.join(", "));
  return response;
}

function allowPreflight({ maxAgeSeconds = 600 }: NonNullable<ChatHttpOptions["cors"]>): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, PATCH, DELETE",
      "access-control-allow-headers": "content-type, authorization, idempotency-key",
      "access-control-max-age": String(maxAgeSeconds),
      "cache-control": "no-store",
    },
  });
}

function logError(error: unknown, errorId: string): void {
  // biome-ignore lint/suspicious/noConsole: an error that nobody listens for must at least be seen.
  console.error(logLine(`sessionstream: ${errorId}`, error));
}
