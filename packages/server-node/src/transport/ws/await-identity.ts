/**
 * Owns a socket nobody knows yet: it is greeted, heard once, and let through or not. Nothing it sends makes the wait
 * longer (X4), and nothing but its `authenticate` frame is read. Does not decide who somebody is.
 */
import { CLOSE_CODES } from "@sessionstream/protocol";
import { decodeClientFrame } from "@sessionstream/protocol/codec";
import type { AuthenticateRequest } from "@sessionstream/protocol/sessionstream/v1";
import type { RawData, WebSocket } from "ws";
import type { HubPlatform } from "../../platform/hub-platform.ts";
import type { Verdict, Verify } from "./verify-credentials.ts";

/** What of its first frame outlives it: not the secret. */
export type Introduction = Pick<AuthenticateRequest, "capabilities" | "requestId">;

export type Arrival =
  | (Extract<Verdict, { readonly type: "known" }> & { readonly introduction: Introduction })
  | { readonly type: "refused"; readonly code: number; readonly reason: string }
  /** It left, or was closed by us. */
  | { readonly type: "gone" };

export interface AwaitIdentityOptions {
  readonly verify: Verify;
  readonly platform: Pick<HubPlatform, "setTimer">;
  /** From now on. */
  readonly deadlineMs: number;
  readonly strictFrames: boolean;
}

/** A token has its room; nobody we know of needs more before we know them. */
const MAX_FIRST_FRAME_BYTES = 8 * 1024;
/** Each ping is answered before we hear of it: who sends many and reads nothing would fill our memory. */
const MAX_PINGS = 32;

const NOT_AUTHENTICATED: Arrival = {
  type: "refused",
  code: CLOSE_CODES.unauthenticated,
  reason: "authenticate first",
};
const TOO_LATE: Arrival = { type: "refused", code: CLOSE_CODES.handshakeTimeout, reason: "handshake timeout" };
const UNDECIDED: Arrival = { type: "refused", code: CLOSE_CODES.serverError, reason: "try again" };

/** Calls back once; from then on the socket is the caller's. */
export function awaitIdentity(
  websocket: WebSocket,
  { verify, platform, deadlineMs, strictFrames }: AwaitIdentityOptions,
  arrived: (arrival: Arrival) => void,
): void {
  let isHeard = false;
  let isOver = false;
  let pings = 0;
  const onGone = () => settle({ type: "gone" });
  const onError = () => websocket.terminate();
  const cancel = platform.setTimer(deadlineMs, () => settle(TOO_LATE));
  websocket.on("message", hear);
  websocket.on("ping", hearPing);
  websocket.on("error", onError);
  websocket.on("close", onGone);

  function settle(arrival: Arrival): void {
    if (isOver) return;
    isOver = true;
    cancel();
    websocket.off("message", hear);
    websocket.off("ping", hearPing);
    websocket.off("error", onError);
    websocket.off("close", onGone);
    arrived(arrival);
  }

  function hearPing(): void {
    pings += 1;
    if (pings > MAX_PINGS) settle(NOT_AUTHENTICATED);
  }

  function hear(data: RawData, isBinary: boolean): void {
    const request = isHeard || isBinary ? null : readRequest(data, strictFrames);
    isHeard = true;
    if (request === null) {
      settle(NOT_AUTHENTICATED);
      return;
    }
    const { capabilities, requestId } = request;
    void verify(request).then((verdict) => {
      if (verdict.type === "known") settle({ ...verdict, introduction: { capabilities, requestId } });
      else settle(verdict.type === "refused" ? NOT_AUTHENTICATED : UNDECIDED);
    });
  }
}

function readRequest(data: RawData, strict: boolean): AuthenticateRequest | null {
  // CAST: ws hands over one Buffer unless another binaryType was set.
  const bytes = data as Buffer;
  if (bytes.length > MAX_FIRST_FRAME_BYTES) return null;
  const decoded = decodeClientFrame(bytes.toString(), { strict });
  return decoded.ok && decoded.frame.case === "authenticate" ? decoded.frame.value : null;
}
