/**
 * Owns who gets a connection: origin, capacity, identity; and the set of connections, until the last one is gone.
 * Wiring otherwise: a connection's own life is in connection.ts.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { CLOSE_CODES } from "@sessionstream/protocol";
import { encodeServerFrame } from "@sessionstream/protocol/codec";
import { type WebSocket, WebSocketServer } from "ws";
import type { Principal } from "../../command/define-command.ts";
import { isSamePrincipal, type Revocation } from "../../hub/revocation.ts";
import { clientAddress } from "../../limits/client-address.ts";
import { principalKey } from "../../limits/principal-key.ts";
import { createTally } from "../../limits/tally.ts";
import { atOnce, tell } from "../../platform/hooks.ts";
import { logLine } from "../../platform/log-line.ts";
import { nodePlatform } from "../../platform/node-platform.ts";
import { requireDecision } from "../../platform/require-decision.ts";
import type { Audience } from "../../projection/define-entity-kind.ts";
import { checkOriginPolicy, isOriginAllowed } from "../origin-policy.ts";
import { awaitIdentity, type Introduction } from "./await-identity.ts";
import { checkWebSocketLimits } from "./check-limits.ts";
import { type Connection, type ConnectionInfo, openConnection } from "./connection.ts";
import { createEndOfTurn } from "./end-of-turn.ts";
import { helloFrame } from "./hello-frame.ts";
import { identify } from "./identify.ts";
import { createOutboundBudget } from "./outbound-budget.ts";
import { createRecentRevocations } from "./recent-revocations.ts";
import { type RefusedStatus, refuseUpgrade } from "./refuse-upgrade.ts";
import { isolateObserver, type TransportStage } from "./transport-observer.ts";
import { createVerify, type Verify } from "./verify-credentials.ts";
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

/** Whoever is let in, and what that stands on. */
interface Guest {
  readonly principal: Principal;
  readonly provenAt: number;
  readonly introduction: Introduction | null;
  readonly verify: Verify | null;
}

/** Whoever is asked, by then, to tell who they are. */
interface Stranger {
  readonly address: string;
  readonly verify: Verify;
  readonly deadlineMs: number;
}

/** @throws SessionStreamError `invalid_options` for origins no browser sends and for limits that do not fit together. */
export function createWebSocketTransport(options: WebSocketTransportOptions): WebSocketTransport {
  const { hub, authenticate, platform = nodePlatform() } = options;
  const report = isolateReport(options.report ?? warn);
  const { audience = (): Audience => "public" } = options;
  const hubFrameBytes = hub.limits.fanOut.maxFrameBytes;
  const limits = { ...DEFAULT_WEBSOCKET_LIMITS, maxFrameBytes: hubFrameBytes, ...options.limits };
  checkWebSocketLimits(limits, hubFrameBytes);
  const originPolicy = { origins: options.origins, allowMissingOrigin: options.allowMissingOrigin ?? false };
  requireDecision("createWebSocketTransport", "authenticate", authenticate, "say whose an upgrade request is, or null");
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
  const { authenticateToken, tickets } = options;
  const credentials = { authenticateToken, tickets, platform, report };
  const recent = createRecentRevocations(platform.now);
  const stopListening = hub.onRevoked(revoke);
  /** Greeted, and not known yet. */
  const waiting = new Set<WebSocket>();
  const connections = new Map<string, Connection>();
  const leaving = new Set<Promise<void>>();
  const pending = createTally(limits.maxPendingHandshakesPerAddress);
  let handshakes = 0;
  let opened = 0;
  let accepting = true;

  /** Those a revocation means. Whoever is on the way in is found by `recent`. */
  function revoke(revocation: Revocation): void {
    if ("session" in revocation) return;
    if ("principal" in revocation) recent.note(revocation.principal);
    for (const connection of connections.values()) {
      const { id, principal } = connection.info();
      const isMeant =
        "connection" in revocation ? id === revocation.connection : isSamePrincipal(principal, revocation.principal);
      if (isMeant) connection.close(CLOSE_CODES.revoked, "revoked");
    }
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

  /** What the app says of somebody it has just let in; `null` when it could not. */
  function audienceOf(principal: Principal): Audience | null {
    try {
      return atOnce(audience(principal), "audience");
    } catch (error) {
      report(error, "audience");
      return null;
    }
  }

  function newId(): string {
    opened += 1;
    return `${opened}-${platform.randomId()}`;
  }

  function open(websocket: WebSocket, socket: Duplex, id: string, guest: Guest, audience: Audience): void {
    const connection = openConnection({
      ...guest,
      id,
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
    staysUntil(connection.gone);
  }

  function staysUntil(gone: Promise<void>): void {
    leaving.add(gone);
    void gone.then(() => leaving.delete(gone));
  }

  function admit(websocket: WebSocket, socket: Duplex, id: string, guest: Guest): void {
    const { principal, provenAt } = guest;
    const heard = audienceOf(principal);
    if (heard === null || recent.since(principal, provenAt)) {
      dismiss(websocket, CLOSE_CODES.serverError, "try again");
      return;
    }
    const key = principalKey(principal);
    if (!principals.enter(key)) {
      dismiss(websocket, CLOSE_CODES.rateLimited, "too many connections");
      return;
    }
    websocket.once("close", () => principals.leave(key));
    open(websocket, socket, id, guest, heard);
  }

  /** Says hello to somebody whose first frame has to tell who it is. */
  function awaitFirstFrame(websocket: WebSocket, socket: Duplex, stranger: Stranger): void {
    const { address, verify, deadlineMs } = stranger;
    const id = newId();
    // The place it left just now.
    beginHandshake(address);
    waiting.add(websocket);
    staysUntil(new Promise((resolve) => websocket.once("close", () => resolve())));
    websocket.send(encodeServerFrame(helloFrame(id, true, options.referenceHello ?? false, limits)));
    const { strictFrames = false } = options;
    awaitIdentity(websocket, { verify, platform, deadlineMs, strictFrames }, (arrival) => {
      endHandshake(address);
      waiting.delete(websocket);
      if (arrival.type === "known" && accepting) admit(websocket, socket, id, { ...arrival, verify });
      else if (arrival.type === "known") dismiss(websocket, CLOSE_CODES.goingAway, "server closed");
      else if (arrival.type === "refused") dismiss(websocket, arrival.code, arrival.reason);
    });
  }

  /** `false`: enough of this address wait already; nothing was counted. */
  function beginHandshake(address: string): boolean {
    const hasRoom = pending.enter(address);
    if (hasRoom) handshakes += 1;
    return hasRoom;
  }

  function endHandshake(address: string): void {
    handshakes -= 1;
    pending.leave(address);
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

  function dismissWaiting(): void {
    for (const websocket of waiting) dismiss(websocket, CLOSE_CODES.goingAway, "server closed");
  }

  async function allGone(): Promise<void> {
    await Promise.all(leaving);
  }

  return {
    async handleUpgrade(request, socket, head) {
      // It left before it was handed over: its end, which gives back what it counts for, is not told again.
      if (socket.destroyed) return;
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
      if (!beginHandshake(address)) {
        refuse(socket, 429);
        return;
      }
      const startedAt = platform.now();
      const timeoutMs = limits.handshakeTimeoutMs;
      const identity = await identify(request, { authenticate, platform, timeoutMs, report });
      endHandshake(address);
      if (!accepting) {
        refuse(socket, 503);
        return;
      }
      socket.off("error", onError);
      server.handleUpgrade(request, socket, head, (websocket) => {
        const verify = createVerify(credentials, request);
        if (identity.type === "known") {
          admit(websocket, socket, newId(), { ...identity, introduction: null, verify });
        } else if (identity.type === "refused") {
          dismiss(websocket, identity.code, identity.reason);
        } else if (verify === null) {
          dismiss(websocket, CLOSE_CODES.unauthenticated, "unauthenticated");
        } else {
          const deadlineMs = startedAt + timeoutMs - platform.now();
          awaitFirstFrame(websocket, socket, { address, verify, deadlineMs });
        }
      });
    },
    connections: () => [...connections.values()].map((connection) => connection.info()),
    async drain({ spreadMs = 20_000, afterMs = 0 } = {}) {
      accepting = false;
      dismissWaiting();
      const all = [...connections.values()];
      all.forEach((connection, index) => {
        platform.setTimer((spreadMs * index) / all.length, () => connection.drain(afterMs));
      });
      await allGone();
    },
    async close() {
      accepting = false;
      stopListening();
      dismissWaiting();
      for (const connection of connections.values()) connection.close(CLOSE_CODES.goingAway, "server closed");
      await allGone();
    },
  };
}

/** Whoever is told of failures must not become one. */
function isolateReport(report: (error: unknown, subject: string) => void): (error: unknown, subject: string) => void {
  return (error, subject) => tell(report, [error, subject], (failure) => warn(failure, "report"));
}

function warn(error: unknown, subject: string): void {
  process.emitWarning(logLine(subject, error), "SessionStreamWarning");
}
