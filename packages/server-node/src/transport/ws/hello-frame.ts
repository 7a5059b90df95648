import type { ServerFrameInit } from "@sessionstream/protocol/codec";
import type { WebSocketLimits } from "./websocket-options.ts";

/** Owns the greeting. @param isPlain for peers that refuse fields they do not know. */
export function helloFrame(
  connectionId: string,
  offersAuth: boolean,
  isPlain: boolean,
  limits: Pick<WebSocketLimits, "heartbeatIntervalMs" | "maxFrameBytes">,
): ServerFrameInit {
  if (isPlain) return { case: "hello", value: { connectionId } };
  const { heartbeatIntervalMs, maxFrameBytes } = limits;
  const capabilities = offersAuth ? ["timeline", "auth"] : ["timeline"];
  return {
    case: "hello",
    value: { connectionId, capabilities, protocolMin: 1, protocolMax: 1, heartbeatIntervalMs, maxFrameBytes },
  };
}
