/** Owns which limits of a transport fit together, and to the hub it serves: what cannot work is said at the start. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { WebSocketLimits } from "./websocket-options.ts";

/** @throws SessionStreamError `invalid_options` */
export function checkWebSocketLimits(limits: WebSocketLimits, hubFrameBytes: number): void {
  const { maxFrameBytes, maxInboundBytes, inboundBytes } = limits;
  if (maxFrameBytes < hubFrameBytes) {
    throw invalid(`maxFrameBytes is ${maxFrameBytes}, but the hub sends frames of up to ${hubFrameBytes} bytes`);
  }
  if (inboundBytes.burst < maxInboundBytes) {
    throw invalid(`inboundBytes.burst is ${inboundBytes.burst}: a frame of maxInboundBytes would never be let in`);
  }
  for (const [name, value] of Object.entries(limits)) {
    const numbers: readonly number[] = typeof value === "number" ? [value] : Object.values(value);
    if (!numbers.every((number) => number > 0)) throw invalid(`${name} has to be more than nothing`);
  }
}

function invalid(problem: string): SessionStreamError {
  return new SessionStreamError("invalid_options", `WebSocket limits: ${problem}`);
}
