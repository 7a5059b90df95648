/**
 * Owns the look-up of what a surrounding may offer for talking to a server. Looked up when first needed, never at
 * import, so that a test or a polyfill may still put it there.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { WebSocketConstructor } from "../wire/websocket-transport.ts";

/** @throws SessionStreamError `invalid_options` where there is none. */
export function surroundingWebSocket(): WebSocketConstructor {
  if (typeof WebSocket === "undefined") {
    throw new SessionStreamError(
      "invalid_options",
      "There is no global WebSocket here: pass one as `webSocket`, for example the one of the package ws",
    );
  }
  return WebSocket;
}

export const surroundingFetch: typeof fetch = (input, init) => fetch(input, init);

/** The page's address, which relative URLs start from. */
export function surroundingAddress(): string | undefined {
  return typeof location === "undefined" ? undefined : location.href;
}
