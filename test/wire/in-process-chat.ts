/**
 * Owns a chat client before a real hub in one process: the production backend, frames over the in-process wire as soon
 * as they are queued, commands straight into the HTTP handler.
 */
import { type ChatBackend, sessionstreamBackend } from "@sessionstream/client";
import type { Hub, Principal, SessionDirectory } from "@sessionstream/server-node";
import { createChatHttpHandler, type HttpHandler } from "@sessionstream/server-node/http";
import { inProcessWire } from "./in-process-wire.ts";

export function inProcessHttp(hub: Hub, principal: Principal, directory?: SessionDirectory): HttpHandler {
  // A test asks faster than people do.
  const limits = { commands: { perSecond: 1e6, burst: 1e6 } };
  return createChatHttpHandler({
    hub,
    ...(directory === undefined ? {} : { directory }),
    authenticate: () => principal,
    origins: [],
    allowMissingOrigin: true,
    limits,
  });
}

export function inProcessBackend(hub: Hub, principal: Principal, window = 50): ChatBackend {
  const http = inProcessHttp(hub, principal);
  const wire = inProcessWire({
    hub: () => hub,
    principal,
    maxQueuedBytes: 1 << 20,
    onQueued: () => void setImmediate(() => wire.deliver()),
  });
  return sessionstreamBackend({
    url: "https://shop.example/api/chat",
    transport: wire,
    window,
    fetch: (input, init) => http(new Request(input, init)),
  });
}
