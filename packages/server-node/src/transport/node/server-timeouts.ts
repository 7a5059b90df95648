/**
 * Owns how long a peer may take over a request: a slow one holds a socket and nothing else, but sockets are few (X34).
 */
import type { Server } from "node:http";

export interface ServerTimeouts {
  /** Until the headers are there. */
  readonly headersMs: number;
  /** Until the whole request is there. */
  readonly requestMs: number;
  /** Between requests of one connection. */
  readonly keepAliveMs: number;
  /** How often connections are looked at. Taken when the server starts to listen. */
  readonly checkEveryMs: number;
}

export const DEFAULT_SERVER_TIMEOUTS: ServerTimeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 60_000,
  checkEveryMs: 5_000,
};

/** @returns puts back what was set before. */
export function setTimeouts(server: Server, timeouts: Partial<ServerTimeouts> = {}): () => void {
  const { headersMs, requestMs, keepAliveMs, checkEveryMs } = { ...DEFAULT_SERVER_TIMEOUTS, ...timeouts };
  // CAST: Node reads the interval from here as it starts to listen, but declares it for `createServer` only.
  const timed = server as Server & { connectionsCheckingInterval: number };
  const { headersTimeout, requestTimeout, keepAliveTimeout, connectionsCheckingInterval } = timed;
  timed.headersTimeout = headersMs;
  timed.requestTimeout = requestMs;
  timed.keepAliveTimeout = keepAliveMs;
  timed.connectionsCheckingInterval = checkEveryMs;
  return () =>
    void Object.assign(timed, { headersTimeout, requestTimeout, keepAliveTimeout, connectionsCheckingInterval });
}
