/**
 * Owns the client's end of a connection: a WebSocket as browsers have it, so that the production adapter is between it
 * and the client. It may still speak after it was told to close.
 */
import type { WebSocketConstructor, WebSocketLike } from "../../../packages/client/src/wire/websocket-transport.ts";

interface SocketEvents {
  message: { readonly data: unknown };
  close: { readonly code: number; readonly reason: string };
  error: undefined;
}

/** What a socket hands to the network. */
export interface SocketPort {
  send(text: string): void;
  close(code: number): void;
}

/** What the network does to a socket. */
export interface SocketHandle {
  opened(): void;
  text(text: string): void;
  closed(code: number, reason: string): void;
}

const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

export function clientSockets(connect: (handle: SocketHandle) => SocketPort): WebSocketConstructor {
  return class ClientSocket implements WebSocketLike {
    readyState = 0;
    readonly #port: SocketPort;
    readonly #listeners: { [Type in keyof SocketEvents]: ((event: SocketEvents[Type]) => void)[] } = {
      message: [],
      close: [],
      error: [],
    };

    constructor() {
      this.#port = connect({
        opened: () => {
          if (this.readyState < CLOSING) this.readyState = OPEN;
        },
        text: (data) => this.#emit("message", { data }),
        closed: (code, reason) => {
          if (this.readyState === CLOSED) return;
          this.readyState = CLOSED;
          if (code === 1006) this.#emit("error", undefined);
          this.#emit("close", { code, reason });
        },
      });
    }

    addEventListener<Type extends keyof SocketEvents>(type: Type, listener: (event: SocketEvents[Type]) => void): void {
      this.#listeners[type].push(listener);
    }

    send(text: string): void {
      this.#port.send(text);
    }

    close(code = 1005): void {
      if (this.readyState >= CLOSING) return;
      this.readyState = CLOSING;
      this.#port.close(code);
    }

    #emit<Type extends keyof SocketEvents>(type: Type, event: SocketEvents[Type]): void {
      if (this.readyState === CLOSED && type === "message") return;
      for (const listener of this.#listeners[type]) listener(event);
    }
  };
}
