/**
 * Owns the other end of a connection without a network: the stream that the transport takes for its socket, and the peer
 * behind it, who reads at once, slowly or never. All bytes are those of RFC 6455; time is whoever moves it.
 */
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { ClientFrameJson, ServerFrameJson } from "@sessionstream/protocol";
import type { WebSocketTransport } from "@sessionstream/server-node/ws";

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export interface MemorySocketOptions {
  /** Bytes it reads before it stops; more come with `read`. Default: all there will be. */
  readonly appetite?: number;
  /** Whether it says that it is alive when asked. Default `true`. */
  readonly answersPings?: boolean;
  /** Whether what it read is kept. Default `true`; counts are kept always. */
  readonly keepsFrames?: boolean;
}

export class MemorySocket extends Duplex {
  /** Texts of the frames that it read. */
  readonly texts: string[] = [];
  closeCode: number | null = null;
  /** What the upgrade was answered with. */
  status: number | null = null;
  /** Frames and bytes read so far. */
  frames = 0;
  bytes = 0;
  #appetite: number;
  readonly #answersPings: boolean;
  readonly #keepsFrames: boolean;
  #upgraded = false;
  #unread: Buffer = Buffer.alloc(0);
  #waiting: { readonly chunk: Buffer; readonly taken: () => void } | null = null;

  constructor(options: MemorySocketOptions = {}) {
    super();
    this.#appetite = options.appetite ?? Number.POSITIVE_INFINITY;
    this.#answersPings = options.answersPings ?? true;
    this.#keepsFrames = options.keepsFrames ?? true;
  }

  /** Comes in through `transport`, as any socket would. */
  async connect(transport: Pick<WebSocketTransport, "handleUpgrade">): Promise<this> {
    const request = new IncomingMessage(new Socket());
    request.method = "GET";
    Object.assign(request.headers, {
      host: "memory",
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    });
    await transport.handleUpgrade(request, this, Buffer.alloc(0));
    return this;
  }

  say(frame: ClientFrameJson): void {
    this.sayText(JSON.stringify(frame));
  }

  /** A frame, or what should be none. */
  sayText(text: string): void {
    this.#push(TEXT, Buffer.from(text));
  }

  subscribe(sessionId: string): void {
    this.say({ subscribe: { sessionId, capabilities: ["timeline"] } });
  }

  /** Goes away without a word. */
  vanish(): void {
    this.destroy();
  }

  /** Leaves as a browser does. */
  leave(): void {
    this.#push(CLOSE, Buffer.from([0x03, 0xe8]));
  }

  /** Reads `bytes` more. */
  eat(bytes: number): void {
    this.#appetite += bytes;
    this.#resume();
  }

  received(): ServerFrameJson[] {
    // CAST: the frames are our codec's.
    return this.texts.map((text) => JSON.parse(text) as ServerFrameJson);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    this.#waiting = { chunk, taken };
    this.#resume();
  }

  override _read(): void {
    // What the peer says is pushed when it says it.
  }

  override _final(done: () => void): void {
    done();
    this.push(null);
  }

  #resume(): void {
    const waiting = this.#waiting;
    if (waiting === null || waiting.chunk.length > this.#appetite) return;
    this.#waiting = null;
    this.#appetite -= waiting.chunk.length;
    this.bytes += waiting.chunk.length;
    this.#take(waiting.chunk);
    waiting.taken();
  }

  #take(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    if (!this.#upgraded) {
      const end = this.#unread.indexOf("\r\n\r\n");
      if (end === -1) return;
      this.status = Number(this.#unread.subarray(9, 12).toString());
      this.#upgraded = true;
      this.#unread = this.#unread.subarray(end + 4);
    }
    for (let frame = cutFrame(this.#unread); frame !== null; frame = cutFrame(this.#unread)) {
      this.#unread = frame.rest;
      this.#hear(frame.opcode, frame.payload);
    }
  }

  #hear(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE) {
      this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.#push(CLOSE, payload.subarray(0, 2));
      this.push(null);
    } else if (opcode === PING) {
      if (this.#answersPings) this.#push(PONG, payload);
    } else if (opcode === TEXT) {
      this.frames += 1;
      const text = payload.toString();
      if (this.#keepsFrames) this.texts.push(text);
      if (this.#answersPings && text.startsWith('{"ping"')) this.say({ pong: {} });
    }
  }

  /** Masked with zeros: the peer's obligation, at no cost. */
  #push(opcode: number, payload: Buffer): void {
    if (this.readableEnded || this.destroyed || (this.closeCode !== null && opcode !== CLOSE)) return;
    const length = payload.length;
    const header =
      length < 126
        ? Buffer.from([0x80 | opcode, 0x80 | length, 0, 0, 0, 0])
        : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff, 0, 0, 0, 0]);
    this.push(Buffer.concat([header, payload]));
  }
}

interface CutFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly rest: Buffer;
}

function cutFrame(bytes: Buffer): CutFrame | null {
  const short = (bytes[1] ?? 0) & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + extended;
  if (bytes.length < start) return null;
  const length = extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return null;
  const opcode = (bytes[0] ?? 0) & 0x0f;
  return { opcode, payload: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}
