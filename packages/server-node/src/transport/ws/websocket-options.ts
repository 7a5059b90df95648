/**
 * Owns what an app decides about its sockets, and the defaults. `authenticate` and `origins` have none: nobody connects
 * by omission (L13).
 */
import type { IncomingMessage } from "node:http";
import { getHeapStatistics } from "node:v8";
import type { Principal } from "../../command/define-command.ts";
import { DEFAULT_FAN_OUT_LIMITS } from "../../fan-out/fan-out-limits.ts";
import type { Hub } from "../../hub/hub.ts";
import type { Rate } from "../../limits/token-bucket.ts";
import type { HubPlatform } from "../../platform/hub-platform.ts";
import type { Audience } from "../../projection/define-entity-kind.ts";
import type { Tickets } from "../tickets.ts";
import type { TransportObserver } from "./transport-observer.ts";

export interface WebSocketLimits {
  readonly maxConnections: number;
  /** Of one principal; the next one is closed with 4029. */
  readonly maxConnectionsPerPrincipal: number;
  /** From one address, those being opened too; the next one gets 429. IPv6 addresses count by their /64. */
  readonly maxConnectionsPerAddress: number;
  /** Being authenticated at a time; the next one gets 503. */
  readonly maxPendingHandshakes: number;
  /** Of those, from one address; the next one gets 429. */
  readonly maxPendingHandshakesPerAddress: number;
  readonly maxSubscriptionsPerConnection: number;
  /** Largest inbound frame, bytes. */
  readonly maxInboundBytes: number;
  /** Frames one connection may send, control frames too. */
  readonly inboundFrames: Rate;
  /** Bytes one connection may send. */
  readonly inboundBytes: Rate;
  /** Frames over these rates within `rateWindowMs` that are answered with an error; the next one closes with 4029. */
  readonly maxRateWarnings: number;
  readonly rateWindowMs: number;
  /** What a connection may have enqueued before its subscriptions count as behind. */
  readonly maxQueuedBytes: number;
  /** What all connections together may have enqueued: above it the largest debtors are closed with 4013. */
  readonly maxTotalQueuedBytes: number;
  /** Told to clients. Not below the hub's, which is its default. */
  readonly maxFrameBytes: number;
  readonly heartbeatIntervalMs: number;
  readonly pongTimeoutMs: number;
  /** How long it may take until it is known who connects. */
  readonly handshakeTimeoutMs: number;
  /** How long before `expiresAt` a client is told; after half of what remains, if that is later. */
  readonly authNoticeMs: number;
  /** How long after `expiresAt` a client may still renew. */
  readonly authGraceMs: number;
  /** Bad frames within `badFrameWindowMs` that are answered with an error; the next one closes. */
  readonly maxBadFrames: number;
  readonly badFrameWindowMs: number;
  /** How long a peer may take to answer a close frame. */
  readonly closeTimeoutMs: number;
}

export const DEFAULT_WEBSOCKET_LIMITS: WebSocketLimits = {
  maxConnections: 10_000,
  maxConnectionsPerPrincipal: 20,
  maxConnectionsPerAddress: 100,
  maxPendingHandshakes: 200,
  maxPendingHandshakesPerAddress: 20,
  maxSubscriptionsPerConnection: 64,
  maxInboundBytes: 64 * 1024,
  inboundFrames: { perSecond: 20, burst: 60 },
  inboundBytes: { perSecond: 64 * 1024, burst: 256 * 1024 },
  maxRateWarnings: 10,
  rateWindowMs: 10_000,
  maxQueuedBytes: 1024 * 1024,
  maxTotalQueuedBytes: Math.floor(getHeapStatistics().heap_size_limit / 4),
  maxFrameBytes: DEFAULT_FAN_OUT_LIMITS.maxFrameBytes,
  heartbeatIntervalMs: 25_000,
  pongTimeoutMs: 10_000,
  handshakeTimeoutMs: 5_000,
  authNoticeMs: 60_000,
  authGraceMs: 30_000,
  maxBadFrames: 3,
  badFrameWindowMs: 60_000,
  closeTimeoutMs: 5_000,
};

export interface WebSocketTransportOptions {
  readonly hub: Pick<Hub, "attach" | "limits" | "onRevoked">;
  /** Who connects, by cookie or header. `null`: nobody we know; closed with 4401, unless the first frame may tell. */
  readonly authenticate: (request: IncomingMessage) => Principal | null | Promise<Principal | null>;
  /** Whose token this is, of a client's first frame or one that renews. Addresses carry no token, ever. */
  readonly authenticateToken?: (
    token: string,
    request: IncomingMessage,
  ) => Principal | null | Promise<Principal | null>;
  /** The same that the HTTP routes issue: a client's first frame may carry one instead of a token. */
  readonly tickets?: Pick<Tickets, "redeem">;
  /** Pages that may connect: exact origins, or the host the request came to. */
  readonly origins: readonly string[] | "same-host";
  /** Programs send no Origin. Allow them only where no cookie authenticates. Default `false`. */
  readonly allowMissingOrigin?: boolean;
  /** For whom entities are redacted. Default: everybody is `"public"`. */
  readonly audience?: (principal: Principal) => Audience;
  /** A hello without our extensions, for peers that refuse fields they do not know. Default `false`. */
  readonly referenceHello?: boolean;
  /** Refuse client frames with unknown fields, as the reference does. Default `false`. */
  readonly strictFrames?: boolean;
  readonly limits?: Partial<WebSocketLimits>;
  /**
   * Reverse proxies whose `X-Forwarded-For` is believed: addresses (`10.0.0.7`) or networks (`10.0.0.0/8`). Default:
   * none, and every connection through a proxy counts as the proxy's.
   */
  readonly trustProxy?: readonly string[];
  readonly observer?: TransportObserver;
  /** Failures nobody could be told. Default: a warning of the process. */
  readonly report?: (error: unknown, subject: string) => void;
  readonly platform?: HubPlatform;
}
