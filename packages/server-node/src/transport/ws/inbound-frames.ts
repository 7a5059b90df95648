/**
 * Owns what a peer says, up to a frame that was read: how much of it is heard (X10), and whether it can be read at all.
 * Does not know what frames ask for, and ends nothing itself.
 */
import { decodeClientFrame } from "@sessionstream/protocol/codec";
import type { ClientFrame } from "@sessionstream/protocol/sessionstream/v1";
import type { Failure } from "./connection-subscriptions.ts";
import { createInboundMeter } from "./inbound-meter.ts";
import type { Observe } from "./transport-observer.ts";
import type { WebSocketLimits } from "./websocket-options.ts";

export interface InboundFrames {
  hear(bytes: Buffer, isBinary: boolean): void;
  /** A ping or a pong of RFC 6455: it counts, and says nothing. */
  hearControl(bytes: Buffer): void;
}

export interface InboundFramesOptions {
  readonly limits: Pick<WebSocketLimits, "inboundFrames" | "inboundBytes" | "maxRateWarnings" | "rateWindowMs">;
  readonly now: () => number;
  /** Unknown fields are refused. */
  readonly strict: boolean;
  readonly observe: Observe | undefined;
  readonly onFrame: (frame: ClientFrame["frame"]) => void;
  /** The peer's own bad frame. */
  readonly onUnreadable: (failure: Failure) => void;
  /** One that is heard another time; the peer has to be told which. */
  readonly onTooFast: (failure: Failure) => void;
  /** It does not stop. */
  readonly onFlood: (failure: Failure) => void;
}

const TOO_FAST = "Too many frames at once: wait, then send this one again";

export function createInboundFrames(options: InboundFramesOptions): InboundFrames {
  const { limits, now, strict, observe, onFrame, onUnreadable, onTooFast, onFlood } = options;
  const meter = createInboundMeter({
    frames: limits.inboundFrames,
    bytes: limits.inboundBytes,
    maxWarnings: limits.maxRateWarnings,
    windowMs: limits.rateWindowMs,
    now,
  });

  function flood(retryAfterMs: number): void {
    onFlood({ code: "rate_limited", message: TOO_FAST, retryAfterMs });
  }

  return {
    hear(bytes, isBinary) {
      observe?.("client_frame_read", { bytes: bytes.length });
      const heard = meter.hear(bytes.length);
      if (heard.type === "flood") {
        flood(heard.retryAfterMs);
        return;
      }
      if (isBinary) {
        onUnreadable({ code: "bad_client_frame", message: "Frames are text: protobuf JSON, not binary" });
        return;
      }
      const decoded = decodeClientFrame(bytes.toString(), { strict });
      if (!decoded.ok) {
        observe?.("client_frame_decode_error", { code: decoded.code });
        onUnreadable(decoded);
        return;
      }
      const { frame } = decoded;
      observe?.("client_frame_decoded", { frameType: frame.case ?? "" });
      if (heard.type === "within" || !asks(frame)) onFrame(frame);
      else
        onTooFast({ code: "rate_limited", message: TOO_FAST, ...subjectOf(frame), retryAfterMs: heard.retryAfterMs });
    },
    hearControl(bytes) {
      const heard = meter.hear(bytes.length);
      if (heard.type === "flood") flood(heard.retryAfterMs);
    },
  };
}

/** What costs the server something. The others give something back. */
function asks({ case: arm }: ClientFrame["frame"]): boolean {
  return arm !== "unsubscribe" && arm !== "pong";
}

/** What it is about, so that the client asks for just that again. */
function subjectOf({ value }: ClientFrame["frame"]): Pick<Failure, "sessionId" | "requestId"> {
  const sessionId = value !== undefined && "sessionId" in value ? value.sessionId : "";
  const requestId = value !== undefined && "requestId" in value ? value.requestId : "";
  return { sessionId, requestId };
}
