/**
 * Owns the WebSocket adapter of the transport port. The constructor comes in, so that Node, workers and tests bring
 * their own.
 */
import { CLOSE_CODES } from "@sessionstream/protocol";
import type { Transport, TransportClose } from "./transport.ts";

/** What of a WebSocket is used: browsers' own, the package ws and fakes all have it. */
export interface WebSocketLike {
  readonly readyState: number;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  addEventListener(type: "error", listener: () => void): void;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

const OPEN = 1;

export function webSocketTransport(find: () => WebSocketConstructor): Transport {
  return {
    open(url, handlers) {
      const socket = new (find())(url);
      let ended = false;
      const close = (code: number, reason: string) => {
        ended = true;
        socket.close(code, reason);
      };
      const end = (close: TransportClose) => {
        if (ended) return;
        ended = true;
        handlers.closed(close);
      };
      socket.addEventListener("message", ({ data }) => {
        if (ended) return;
        if (typeof data === "string") {
          handlers.text(data);
          return;
        }
        socket.close(CLOSE_CODES.badFrame, "binary frames are not supported");
        end({ code: CLOSE_CODES.unsupportedData, reason: "the server sent a binary frame" });
      });
      socket.addEventListener("close", ({ code, reason }) => end({ code, reason }));
      // Every error is followed by a close, which says more. Some implementations throw an error nobody listens to.
      socket.addEventListener("error", () => {});
      return {
        send(text) {
          if (socket.readyState === OPEN) socket.send(text);
        },
        close,
      };
    },
  };
}
