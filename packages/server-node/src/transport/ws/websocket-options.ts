/**
 * Owns what an app decides about its sockets, and the defaults. `authenticate` and `origins` have none: nobody connects
 * by omission (L13).
 */
import type { IncomingMessage } from "node:http";
import type { Principal } from "../../command/define-command.ts";
import { DEFAULT_FAN_OUT_LIMITS } from "../../fan-out/fan-out-limits.ts";
import type { Hub } from "../../hub/hub.ts";
import type { HubPlatform } from "../../platform/hub-platform.ts";
import type { Audience } from "../../projection/define-entity-kind.ts";
import type { TransportObserver } from "./transport-observer.ts";

export interface WebSocketLimits {
  readonly maxConnections: number;
  readonly maxSubscriptionsPerConnection: number;
  /** Largest inbound frame, bytes. */
  readonly maxInboundBytes: number;
  /** What a connection may have enqueued before its subscriptions count as behind. */
  readonly maxQueuedBytes: number;
  /** Told to clients; the hub's own limit keeps it. */
  readonly maxFrameBytes: number;
  readonly heartbeatIntervalMs: number;
  readonly pongTimeoutMs: number;
  /** How long `authenticate` may take. */
  readonly handshakeTimeoutMs: number;
  /** Bad frames within `badFrameWindowMs` that are answered with an error; the next one closes. */
  readonly maxBadFrames: number;
  readonly badFrameWindowMs: number;
  /** How long a peer may take to answer a close frame. */
  readonly closeTimeoutMs: number;
}

export const DEFAULT_WEBSOCKET_LIMITS: WebSocketLimits = {
  maxConnections: 10_000,
  maxSubscriptionsPerConnection: 64,
  maxInboundBytes: 64 * 1024,
  maxQueuedBytes: 1024 * 1024,
  maxFrameBytes: DEFAULT_FAN_OUT_LIMITS.maxFrameBytes,
  heartbeatIntervalMs: 25_000,
  pongTimeoutMs: 10_000,
  handshakeTimeoutMs: 5_000,
  maxBadFrames: 3,
  badFrameWindowMs: 60_000,
  closeTimeoutMs: 5_000,
};

export interface WebSocketTransportOptions {
  readonly hub: Pick<Hub, "attach">;
  /** Who connects; `null`: nobody we know, closed with 4401. */
  readonly authenticate: (request: IncomingMessage) => Principal | null | Promise<Principal | null>;
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
  readonly observer?: TransportObserver;
  /** Failures nobody could be told. Default: a warning of the process. */
  readonly report?: (error: unknown, subject: string) => void;
  readonly platform?: HubPlatform;
}
