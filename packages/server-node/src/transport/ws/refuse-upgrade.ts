import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

export type RefusedStatus = 403 | 429 | 503;

/** Answers an upgrade request with an HTTP status, for those a close code would tell too much or come too late. */
export function refuseUpgrade(socket: Duplex, status: RefusedStatus): void {
  const reason = STATUS_CODES[status] ?? "";
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
