/**
 * Owns who gets a connection: origin, capacity, identity; and the set of connections, until the last one is gone.
 * Wiring otherwise: a connection's own life is in connection.ts.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { CLOSE_CODES } from "@sessionstream/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import type { Principal } from "../../command/define-command.ts";
import { clientAddress } from "../../limits/client-address.ts";
import { principalKey } from "../../limits/principal-key.ts";
import { createTally } from "../../limits/tally.ts";
import { nodePlatform } from "../../platform/node-platform.ts";
import type { Audience } from "../../projection/define-entity-kind.ts";
import { checkOriginPolicy, isOriginAllowed } from "../origin-policy.ts";
import { checkWebSocketLimits } from "./check-limits.ts";
import { type Connection, type ConnectionInfo, openConnection } from "./connection.ts";
import { createEndOfTurn } from "./end-of-turn.ts";
import { createOutboundBudget } from "./outbound-budget.ts";
import { type RefusedStatus, refuseUpgrade } from "./refuse-upgrade.ts";
import { isolateObserver, type TransportStage } from "./transport-observer.ts";
import { DEFAULT_WEBSOCKET_LIMITS, type WebSocketTransportOptions } from "./websocket-options.ts";
import { createFrameChunks } from "./wire-frame.ts";

export interface WebSocketTransport {
  /** For the `upgrade` event of an HTTP server, once the path is known to be ours. Never rejects. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** In the order they connected. */
  connections(): readonly ConnectionInfo[];
  /** Refuses new connections and sends the others away, evenly over `spreadMs`. Resolves when all are gone. */
  drain(options?: { readonly spreadMs?: number; readonly afterMs?: number }): Promise<void>;
  /** Closes everything now. Idempotent; resolves when all are gone. */
  close(): Promise<void>;
}

/** ws's own defaults let one frame of tiny fragments hold megabytes. */
const FRAGMENT_LIMITS = { maxFragments: 32, maxBufferedChunks: 256 };

type Identity =
  | { readonly type: "known"; readonly principal: Principal; readonly audience: Audience }
  | { readonly type: "refused"; readonly code: number; readonly reason: string };

const UNAUTHENTICATED: Identity = { type: "refused", code: CLOSE_CODES.unauthenticated, reason: "unauthenticated" };
const HANDSHAKE_TIMEOUT: Identity = {
  type: "refused",
  code: CLOSE_CODES.handshakeTimeout,
  reason: "handshake timeout",
};
const AUTHENTICATE_FAILED: Identity = { type: "refused", code: CLOSE_CODES.serverError, reason: "try again" };

/** @throws SessionStreamError `invalid_options` for origins no browser sends and for limits that do not fit together. */
export function createWebSocketTransport(options: WebSocketTransportOptions): WebSocketTransport {
  const { hub, authenticate, platform = nodePlatform(), report = warn } = options;
  const { audience = (): Audience => "public" } = options;
  const hubFrameBytes = hub.limits.fanOut.maxFrameBytes;
  const limits = { ...DEFAULT_WEBSOCKET_LIMITS, maxFrameBytes: hubFrameBytes, ...options.limits };
  checkWebSocketLimits(limits, hubFrameBytes);
  const originPolicy = { origins: options.origins, allowMissingOrigin: options.allowMissingOrigin ?? false };
  checkOriginPolicy(originPolicy);
  const observer = options.observer && isolateObserver(options.observer, report);
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxInboundBytes,
    ...FRAGMENT_LIMITS,
  });
  const chunksOf = createFrameChunks();
  const atEndOfTurn = createEndOfTurn(platform);
  const outbound = createOutboundBudget(limits.maxTotalQueuedBytes);
  const addressOf = clientAddress(options.trustProxy ?? []);
  const addresses = createTally(limits.maxConnectionsPerAddress);
  const principals = createTally(limits.maxConnectionsPerPrincipal);
  const connections = new Map<string, Connection>();
  const leaving = new Set<Promise<void>>();
  let handshakes = 0;
  let opened = 0;
  let accepting = true;

  /** Whoever `authenticate` says, if it says so in time. */
  function identify(request: IncomingMessage): Promise<Identity> {
    return new Promise((resolve) => {
      const cancel = platform.setTimer(limits.handshakeTimeoutMs, () => resolve(HANDSHAKE_TIMEOUT));
      Promise.resolve()
        .then(() => authenticate(request))
        .then((principal): Identity => {
          return principal === null ? UNAUTHENTICATED : { type: "known", principal, audience: audience(principal) };
        })
        .then(resolve, (error: unknown) => {
          report(error, "authenticate");
          resolve(AUTHENTICATE_FAILED);
        })
        .finally(cancel);
    });
  }

  function upgradeError(code: number): void {
    observer?.({ stage: "upgrade_error", at: platform.now(), connectionId: null, code });
  }

  /** Browsers hide the status of a failed upgrade, so who must act on a refusal is told by a close code. */
  function dismiss(websocket: WebSocket, code: number, reason: string): void {
    upgradeError(code);
    websocket.on("error", () => websocket.terminate());
    const cancel = platform.setTimer(limits.closeTimeoutMs, () => websocket.terminate());
    websocket.once("close", cancel);
    websocket.close(code, reason);
  }

  function open(websocket: WebSocket, socket: Duplex, { principal, audience }: Identity & { type: "known" }): void {
    opened += 1;
    const id = `${opened}-${platform.randomId()}`;
    const connection = openConnection({
      id,
      principal,
      audience,
      websocket,
      socket,
      hub,
      platform,
      limits,
      outbound,
      referenceHello: options.referenceHello ?? false,
      strictFrames: options.strictFrames ?? false,
      chunksOf,
      atEndOfTurn,
      observe:
        observer &&
        ((stage: TransportStage, detail) => observer({ stage, at: platform.now(), connectionId: id, ...detail })),
      report,
      onEnd: () => connections.delete(id),
    });
    connections.set(id, connection);
    leaving.add(connection.gone);
    void connection.gone.then(() => leaving.delete(connection.gone));
  }

  function admit(websocket: WebSocket, socket: Duplex, identity: Identity & { type: "known" }): void {
    const key = principalKey(identity.principal);
    if (!principals.enter(key)) {
      dismiss(websocket, CLOSE_CODES.rateLimited, "too many connections");
      return;
    }
    websocket.once("close", () => principals.leave(key));
    open(websocket, socket, identity);
  }

  /** Too much at a time for this process: whoever comes back later, or elsewhere, is served. */
  function isFull(): boolean {
    const { maxConnections, maxPendingHandshakes } = limits;
    return connections.size + handshakes >= maxConnections || handshakes >= maxPendingHandshakes || outbound.isTight();
  }

  function refuse(socket: Duplex, status: RefusedStatus): void {
    upgradeError(status);
    refuseUpgrade(socket, status);
  }

  async function allGone(): Promise<void> {
    await Promise.all(leaving);
  }

  return {
    async handleUpgrade(request, socket, head) {
      // Until ws listens, an error of the socket would be nobody's and end the process.
      const onError = () => socket.destroy();
      socket.on("error", onError);
      if (!isOriginAllowed({ origin: request.headers.origin, host: request.headers.host }, originPolicy)) {
        refuse(socket, 403);
        return;
      }
      if (!accepting || isFull()) {
        refuse(socket, 503);
        return;
      }
      const address = addressOf(request);
      if (!addresses.enter(address)) {
        refuse(socket, 429);
        return;
      }
      socket.once("close", () => addresses.leave(address));
      handshakes += 1;
      const identity = await identify(request);
      handshakes -= 1;
      if (!accepting) {
        refuse(socket, 503);
        return;
      }
      socket.off("error", onError);
      server.handleUpgrade(request, socket, head, (websocket) => {
        if (identity.type === "known") admit(websocket, socket, identity);
        else dismiss(websocket, identity.code, identity.reason);
      });
    },
    connections: () => [...connections.values()].map((connection) => connection.info()),
    async drain({ spreadMs = 20_000, afterMs = 0 } = {}) {
      accepting = false;
      const all = [...connections.values()];
      all.forEach((connection, index) => {
        platform.setTimer((spreadMs * index) / all.length, () => connection.drain(afterMs));
      });
      await allGone();
    },
    async close() {
      accepting = false;
      for (const connection of connections.values()) connection.close(CLOSE_CODES.goingAway, "server closed");
      await allGone();
    },
  };
}

function warn(error: unknown, subject: string): void {
  process.emitWarning(`${subject}: ${error instanceof Error ? error.message : String(error)}`, "SessionStreamWarning");
}
