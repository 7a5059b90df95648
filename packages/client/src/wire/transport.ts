/**
 * Owns the port to one connection: text out, text in, and its end. Knows no frame. Any duplex text channel can be
 * adapted to it; the WebSocket adapter lies beside it.
 */
export interface TransportClose {
  /** A WebSocket close code; 1006 when the connection just vanished. */
  readonly code: number;
  readonly reason: string;
}

export interface TransportHandlers {
  text(text: string): void;
  /** Exactly once and last, unless our side closed first: then never. */
  closed(close: TransportClose): void;
}

export interface TransportConnection {
  /** Lost without an error when the connection is going down: its end is reported anyway. */
  send(text: string): void;
  /** Afterwards no handler is called. */
  close(code: number, reason: string): void;
}

export interface Transport {
  /** @throws SessionStreamError when there is nothing to connect with: trying again would not help. */
  open(url: string, handlers: TransportHandlers): TransportConnection;
}
