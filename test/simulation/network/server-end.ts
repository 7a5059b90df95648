/**
 * Owns what a connection of the production server holds of its peer: the WebSocket of `ws` and the stream under it, as
 * far as connection.ts uses them. Frames leave as bytes and are cut out of them again here.
 */
import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

export type DownFrame =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "ping" }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

export interface ServerEndOptions {
  /** Takes frames off the server's hands; `taken` is to be called when there is room for more. */
  readonly leave: (frames: readonly DownFrame[], bytes: number, taken: () => void) => void;
  /** The server has handed a frame to its socket. */
  readonly written: (text: string) => void;
  /** The server tore the connection down. */
  readonly terminated: () => void;
}

const CONTROL_BYTES = 8;

export class ServerEnd extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  readonly #options: ServerEndOptions;
  #arrived: string[] = [];
  #gone = false;

  constructor(options: ServerEndOptions) {
    super();
    this.#options = options;
  }

  get websocket(): WebSocket {
    // CAST: connection.ts uses the events and methods that are here.
    return this as unknown as WebSocket;
  }

  get socket(): Duplex {
    const stream = {
      cork: () => undefined,
      uncork: () => undefined,
      write: (buffer: Buffer, taken?: () => void) => this.#write(buffer, taken),
    };
    // CAST: outbound-queue.ts uses these three.
    return stream as unknown as Duplex;
  }

  /** A text frame of the client. */
  hear(text: string): void {
    if (this.#gone) return;
    if (this.isPaused) this.#arrived.push(text);
    else this.emit("message", Buffer.from(text), false);
  }

  /** The connection is no more; `code` as `ws` would tell it. */
  vanish(code: number): void {
    if (this.#gone) return;
    this.#gone = true;
    this.readyState = 3;
    this.emit("close", code, Buffer.alloc(0));
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    for (const text of this.#arrived.splice(0)) this.hear(text);
  }

  ping(): void {
    this.#options.leave([{ type: "ping" }], CONTROL_BYTES, () => undefined);
  }

  close(code: number, reason: string): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 2;
    this.#options.leave([{ type: "close", code, reason }], CONTROL_BYTES, () => undefined);
  }

  terminate(): void {
    this.#options.terminated();
    this.vanish(1006);
  }

  /** The parts of a large frame come in two writes, of which the last one has the callback. */
  #pending: Buffer = Buffer.alloc(0);
  #write(buffer: Buffer, taken?: () => void): boolean {
    const bytes = this.#pending.length === 0 ? buffer : Buffer.concat([this.#pending, buffer]);
    const { frames, rest } = cutFrames(bytes);
    this.#pending = rest;
    for (const frame of frames) if (frame.type === "text") this.#options.written(frame.text);
    this.#options.leave(frames, buffer.length, taken ?? (() => undefined));
    return true;
  }
}

/** RFC 6455, unmasked and final, as a server sends it. */
function cutFrames(bytes: Buffer): { frames: DownFrame[]; rest: Buffer } {
  const frames: DownFrame[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const short = bytes.readUInt8(at + 1);
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + header > bytes.length) break;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 6, 4);
    if (at + header + length > bytes.length) break;
    frames.push({ type: "text", text: bytes.toString("utf8", at + header, at + header + length) });
    at += header + length;
  }
  return { frames, rest: bytes.subarray(at) };
}
