/**
 * Owns one connection: hello, what its frames ask for, liveness, and the end, which comes once whoever brings it.
 * Does not own bytes (inbound-frames.ts, outbound-queue.ts), sessions (connection-subscriptions.ts) or what a subscriber
 * is sent (fan-out).
 */
import type { Duplex } from "node:stream";
import { CLOSE_CODES, ERROR_CODES } from "@sessionstream/protocol";
import { encodeServerFrame, type ServerFrameInit } from "@sessionstream/protocol/codec";
import type { ClientFrame } from "@sessionstream/protocol/sessionstream/v1";
import type { RawData, WebSocket } from "ws";
import type { Principal } from "../../command/define-command.ts";
import { encodeFrame } from "../../fan-out/encoded-frame.ts";
import type { AttachRequest, EncodedFrame } from "../../fan-out/subscriber.ts";
import type { Hub } from "../../hub/hub.ts";
import type { HubPlatform } from "../../platform/hub-platform.ts";
import type { Audience } from "../../projection/define-entity-kind.ts";
import type { Introduction } from "./await-identity.ts";
import { createConnectionIdentity } from "./connection-identity.ts";
import { createConnectionSubscriptions, type Failure } from "./connection-subscriptions.ts";
import type { EndOfTurn } from "./end-of-turn.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { helloFrame } from "./hello-frame.ts";
import { createInboundFrames } from "./inbound-frames.ts";
import type { OutboundBudget } from "./outbound-budget.ts";
import { createOutboundQueue } from "./outbound-queue.ts";
import { createStrikeCounter } from "./strike-counter.ts";
import type { Observe } from "./transport-observer.ts";
import type { Verify } from "./verify-credentials.ts";
import type { WebSocketLimits } from "./websocket-options.ts";
import type { FrameChunks } from "./wire-frame.ts";

export interface ConnectionContext {
  readonly id: string;
  readonly principal: Principal;
  readonly audience: Audience;
  readonly websocket: WebSocket;
  /** The stream under `websocket`. */
  readonly socket: Duplex;
  readonly hub: Pick<Hub, "attach">;
  readonly platform: HubPlatform;
  readonly limits: WebSocketLimits;
  /** Shared by all connections. */
  readonly outbound: OutboundBudget;
  readonly referenceHello: boolean;
  /** `null`: "auth" is not offered. */
  readonly verify: Verify | null;
  /** How the client introduced itself, on a socket that was greeted before; `null`: it is known without. */
  readonly introduction: Introduction | null;
  readonly strictFrames: boolean;
  readonly chunksOf: FrameChunks;
  readonly atEndOfTurn: EndOfTurn;
  readonly observe: Observe | undefined;
  readonly report: (error: unknown, subject: string) => void;
  /** Called once, as soon as the connection serves nobody any more. */
  readonly onEnd: () => void;
}

export interface ConnectionInfo {
  readonly id: string;
  readonly principal: Principal;
  /** `null` until the first subscribe says what the client is. */
  readonly mode: AttachRequest["mode"] | null;
  readonly openedAt: number;
  readonly queuedBytes: number;
  readonly subscriptions: readonly string[];
}

export interface Connection {
  info(): ConnectionInfo;
  close(code: number, reason: string): void;
  /** Tells the client to come back elsewhere after `afterMs`, then closes. */
  drain(afterMs: number): void;
  /** Resolves when the socket is gone. */
  readonly gone: Promise<void>;
}

/** After these nobody listens to what is still queued, or nobody may. */
const HOPELESS: readonly number[] = [
  CLOSE_CODES.slowConsumer,
  CLOSE_CODES.noPong,
  CLOSE_CODES.serverError,
  CLOSE_CODES.tokenExpired,
  CLOSE_CODES.revoked,
  CLOSE_CODES.forbidden,
];

export function openConnection(context: ConnectionContext): Connection {
  const { id, websocket, platform, limits, observe } = context;
  const openedAt = platform.now();
  let ended = false;

  const queue = createOutboundQueue({
    socket: context.socket,
    chunksOf: context.chunksOf,
    maxQueuedBytes: limits.maxQueuedBytes,
    isOpen: () => websocket.readyState === websocket.OPEN,
    atEndOfTurn: context.atEndOfTurn,
    onWritten(bytes) {
      heartbeat.written();
      account.changed(queue.queuedBytes());
      observe?.("server_frames_written", { bytes, queuedBytes: queue.queuedBytes() });
    },
    onWriteError(error) {
      if (ended) return;
      observe?.("server_frame_write_error", { error: error.message });
      end("discard", CLOSE_CODES.serverError);
      websocket.terminate();
    },
  });
  const account = context.outbound.open(() => close(CLOSE_CODES.slowConsumer, "the server is short of memory"));
  const strikes = createStrikeCounter(limits.maxBadFrames, limits.badFrameWindowMs, platform.now);
  const subscriptions = createConnectionSubscriptions({
    attach: (request) => context.hub.attach(identity.principal(), { ...request, principal: identity.principal }),
    tenant: context.principal.tenant,
    audience: context.audience,
    maxSubscriptions: limits.maxSubscriptionsPerConnection,
    port: {
      sink: {
        maxQueuedBytes: limits.maxQueuedBytes,
        send: enqueue,
        queuedBytes: queue.queuedBytes,
        onDrain: queue.onDrain,
        close,
      },
      withdraw: queue.withdraw,
      send,
      refuse,
      fail,
      observe,
      report: context.report,
    },
  });
  const gone = new Promise<void>((resolve) => {
    websocket.once("close", (code: number) => {
      end("discard", code);
      resolve();
    });
  });
  websocket.on("error", (error) => observe?.("read_error", { error: error.message }));
  const inbound = createInboundFrames({
    limits,
    now: platform.now,
    strict: context.strictFrames,
    observe,
    onFrame: dispatch,
    onUnreadable: refuse,
    onTooFast(failure) {
      observe?.("protocol_error", { code: failure.code });
      fail(failure);
    },
    onFlood(failure) {
      fail(failure);
      close(CLOSE_CODES.rateLimited, "too many frames");
    },
  });
  websocket.on("message", receive);
  websocket.on("ping", receiveControl);
  websocket.on("pong", receiveControl);

  observe?.("connected");
  if (context.introduction === null) {
    send(helloFrame(id, context.verify !== null, context.referenceHello, limits));
  } else {
    agree(context.introduction);
    send({ case: "authenticated", value: { requestId: context.introduction.requestId } });
  }
  const heartbeat = startHeartbeat({
    platform,
    intervalMs: limits.heartbeatIntervalMs,
    pongTimeoutMs: limits.pongTimeoutMs,
    ping,
    totals: queue.totals,
    onDead: () => close(CLOSE_CODES.noPong, "no pong in time"),
  });

  const identity = createConnectionIdentity({
    principal: context.principal,
    verify: context.verify,
    platform,
    limits,
    port: { send, refuse, fail, close, knowsAuth: () => subscriptions.knows("auth") },
  });

  function agree({ capabilities }: Pick<Introduction, "capabilities">): void {
    if (capabilities.length > 0) subscriptions.agree(capabilities);
  }

  function enqueue(frame: EncodedFrame): void {
    if (ended) return;
    queue.enqueue(frame);
    account.changed(queue.queuedBytes());
    observe?.("server_frame_queued", { bytes: frame.bytes.length, queuedBytes: queue.queuedBytes() });
  }

  /** A peer that asks without reading the answers is not read either, until it does. */
  function send(frame: ServerFrameInit): void {
    enqueue(encodeFrame(encodeServerFrame(frame), null));
    if (queue.queuedBytes() <= limits.maxQueuedBytes || websocket.isPaused) return;
    websocket.pause();
    queue.onDrain(() => websocket.resume());
  }

  /** Reference peers know no JSON ping; nor may anybody's be known before it said what it is. */
  function ping(): void {
    if (subscriptions.mode() === "timeline")
      send({ case: "ping", value: { nonce: platform.randomId(), heads: subscriptions.heads() } });
    else websocket.ping();
  }

  function receive(data: RawData, isBinary: boolean): void {
    if (ended) return;
    heartbeat.heard();
    // CAST: ws hands over one Buffer unless another binaryType was set.
    inbound.hear(data as Buffer, isBinary);
  }

  function receiveControl(data: Buffer): void {
    if (ended) return;
    heartbeat.heard();
    inbound.hearControl(data);
  }

  function dispatch(frame: ClientFrame["frame"]): void {
    switch (frame.case) {
      case "subscribe":
        subscriptions.subscribe(frame.value);
        break;
      case "unsubscribe":
        subscriptions.unsubscribe(frame.value.sessionId);
        break;
      case "page":
        subscriptions.page(frame.value);
        break;
      case "ping":
        send({ case: "pong", value: { nonce: frame.value.nonce } });
        break;
      case "pong":
        break;
      case "authenticate":
        agree(frame.value);
        identity.authenticate(frame.value);
        break;
      case undefined:
        break;
    }
  }

  function refuse(failure: Failure): void {
    observe?.("protocol_error", { code: failure.code });
    if (strikes.strike()) close(CLOSE_CODES.badFrame, "too many bad frames");
    else fail(failure);
  }

  function fail(failure: Failure): void {
    const { code, message, sessionId = "", requestId = "", errorId = "", retryAfterMs = 0 } = failure;
    const extensions = { retryable: ERROR_CODES[code], requestId, errorId, retryAfterMs };
    send({
      case: "error",
      value: { code, message, sessionId, ...(subscriptions.mode() === "timeline" ? extensions : {}) },
    });
  }

  /** From here on the connection serves nobody. */
  function end(how: "flush" | "discard", code: number): void {
    if (ended) return;
    ended = true;
    heartbeat.stop();
    identity.stop();
    account.close();
    subscriptions.close();
    queue.close(how);
    observe?.("disconnected", { code });
    context.onEnd();
  }

  function close(code: number, reason: string): void {
    if (ended) return;
    end(HOPELESS.includes(code) ? "discard" : "flush", code);
    websocket.close(code, reason);
    const cancel = platform.setTimer(limits.closeTimeoutMs, () => websocket.terminate());
    websocket.once("close", cancel);
  }

  return {
    info: () => ({
      id,
      principal: identity.principal(),
      mode: subscriptions.mode(),
      openedAt,
      queuedBytes: queue.queuedBytes(),
      subscriptions: subscriptions.sessionIds(),
    }),
    close,
    drain(afterMs) {
      if (subscriptions.mode() !== "timeline") {
        close(CLOSE_CODES.goingAway, "draining");
        return;
      }
      send({ case: "draining", value: { afterMs } });
      close(CLOSE_CODES.draining, "draining");
    },
    gone,
  };
}
