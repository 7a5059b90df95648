/**
 * Owns a wire without sockets: the client's transport port on one side, a hub's subscriptions on the other, frames as
 * text in between. A test decides when frames arrive, when a reader stalls and when the line is cut. All other code on
 * both sides is the production code.
 */

import { decodeClientFrame, encodeServerFrame, type ServerFrameInit } from "@sessionstream/protocol/codec";
import type { Transport, TransportHandlers } from "../../packages/client/src/wire/transport.ts";
import { encodeFrame } from "../../packages/server-node/src/fan-out/encoded-frame.ts";
import type { EncodedFrame } from "../../packages/server-node/src/fan-out/subscriber.ts";
import type { Hub, Principal } from "../../packages/server-node/src/index.ts";
import { createConnectionSubscriptions } from "../../packages/server-node/src/transport/ws/connection-subscriptions.ts";

export interface InProcessWire extends Transport {
  /** Delivers what is queued, also what that causes. Frames of a stalled reader stay. */
  deliver(): void;
  /** While stalled nothing is delivered and the queue grows. */
  stalled: boolean;
  /** Every connection vanishes without a close frame. */
  cut(): void;
  readonly open: Transport["open"];
  readonly connections: number;
}

export interface InProcessWireOptions {
  /** Asked for each connection, so that a restarted hub is found. */
  readonly hub: () => Hub;
  readonly principal: Principal;
  readonly maxQueuedBytes: number;
  /** Called with every frame that is queued, for tests that let frames arrive by themselves. */
  readonly onQueued?: () => void;
}

interface Line {
  deliver(): boolean;
  cut(): void;
}

export function inProcessWire(options: InProcessWireOptions): InProcessWire {
  const { hub, principal, maxQueuedBytes, onQueued } = options;
  const lines = new Set<Line>();

  function connect(handlers: TransportHandlers) {
    let queue: EncodedFrame[] = [];
    let queued = 0;
    let drained: (() => void)[] = [];
    let closed = false;
    // This connection's, whatever is asked for later.
    const served = hub();

    const send = (frame: EncodedFrame): void => {
      if (closed) return;
      queue.push(frame);
      queued += frame.bytes.length;
      onQueued?.();
    };
    const sendControl = (frame: ServerFrameInit): void => send(encodeFrame(encodeServerFrame(frame), null));
    const end = (code: number, reason: string, tell: boolean): void => {
      if (closed) return;
      closed = true;
      lines.delete(line);
      subscriptions.close();
      if (tell) handlers.closed({ code, reason });
    };
    const subscriptions = createConnectionSubscriptions({
      attach: (request) => served.attach(principal, request),
      tenant: principal.tenant,
      audience: "public",
      maxSubscriptions: 64,
      port: {
        sink: {
          send,
          maxQueuedBytes,
          queuedBytes: () => queued,
          onDrain: (callback) => void drained.push(callback),
          close: (code, reason) => end(code, reason, true),
        },
        withdraw(sessionId) {
          for (const frame of queue) if (frame.session === sessionId) queued -= frame.bytes.length;
          queue = queue.filter((frame) => frame.session !== sessionId);
        },
        send: sendControl,
        refuse: ({ code, message }) => sendControl({ case: "error", value: { code, message } }),
        fail: ({ code, message, sessionId = "", requestId = "" }) =>
          sendControl({ case: "error", value: { code, message, sessionId, requestId, retryable: true } }),
        observe: undefined,
        report: (error) => {
          throw error;
        },
      },
    });
    const line: Line = {
      deliver() {
        const frames = queue;
        queue = [];
        for (const frame of frames) {
          queued -= frame.bytes.length;
          if (!closed) handlers.text(frame.text);
        }
        const callbacks = queued <= maxQueuedBytes / 4 ? drained : [];
        if (callbacks.length > 0) drained = [];
        for (const callback of callbacks) callback();
        return frames.length > 0 || callbacks.length > 0;
      },
      cut: () => end(1006, "", true),
    };
    lines.add(line);
    sendControl({
      case: "hello",
      value: {
        connectionId: "in-process",
        capabilities: ["timeline"],
        protocolMin: 1,
        protocolMax: 1,
        heartbeatIntervalMs: 25_000,
      },
    });
    return {
      send(text: string) {
        const decoded = decodeClientFrame(text);
        if (!decoded.ok) throw new Error(`the client sent a bad frame: ${decoded.message}`);
        const { frame } = decoded;
        if (frame.case === "subscribe") subscriptions.subscribe(frame.value);
        else if (frame.case === "unsubscribe") subscriptions.unsubscribe(frame.value.sessionId);
        else if (frame.case === "page") subscriptions.page(frame.value);
      },
      close: () => end(1000, "", false),
    };
  }

  return {
    stalled: false,
    open: (_url, handlers) => connect(handlers),
    deliver() {
      let moved = !this.stalled;
      while (moved) {
        moved = false;
        for (const line of [...lines]) moved = line.deliver() || moved;
      }
    },
    cut() {
      for (const line of [...lines]) line.cut();
    },
    get connections() {
      return lines.size;
    },
  };
}
