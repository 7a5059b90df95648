/**
 * A transport whose other end is a test: it sees what the client sent and says what the server says. Nothing happens by
 * itself; frames arrive within the call.
 */
import type { ClientFrameJson } from "@sessionstream/protocol";
import type { Transport, TransportClose } from "../wire/transport.ts";

export interface ScriptedConnection {
  readonly url: string;
  /** What the client sent, in order. */
  readonly sent: readonly ClientFrameJson[];
  /** How the client closed it; `null` while it has not. */
  readonly closedByClient: TransportClose | null;
  readonly isOpen: boolean;
  /** A server frame, or any text. Lost when the connection is closed. */
  receive(frame: object | string): void;
  /** The connection goes down. Default: without a close frame. */
  lose(code?: number, reason?: string): void;
}

export interface ScriptedTransport extends Transport {
  /** Every connection so far. */
  readonly connections: readonly ScriptedConnection[];
  /** The newest. @throws when there is none. */
  readonly current: ScriptedConnection;
  readonly openConnections: number;
}

const LOST = 1006;

export function scriptedTransport(): ScriptedTransport {
  const connections: ScriptedConnection[] = [];
  return {
    connections,
    get current() {
      const last = connections.at(-1);
      if (last === undefined) throw new Error("Nothing has connected yet");
      return last;
    },
    get openConnections() {
      return connections.filter((connection) => connection.isOpen).length;
    },
    open(url, handlers) {
      const sent: ClientFrameJson[] = [];
      let closedByClient: TransportClose | null = null;
      let open = true;
      connections.push({
        url,
        sent,
        get closedByClient() {
          return closedByClient;
        },
        get isOpen() {
          return open;
        },
        receive(frame) {
          if (open) handlers.text(typeof frame === "string" ? frame : JSON.stringify(frame));
        },
        lose(code = LOST, reason = "") {
          if (!open) return;
          open = false;
          handlers.closed({ code, reason });
        },
      });
      return {
        send(text) {
          if (open) sent.push(JSON.parse(text));
        },
        close(code, reason) {
          if (!open) return;
          open = false;
          closedByClient = { code, reason };
        },
      };
    },
  };
}
