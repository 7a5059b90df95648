/** A client of real sockets for tests: frames arrive one after the other, nothing is slept for. */
import type { ClientFrameJson, ServerFrameJson } from "@sessionstream/protocol";
import { type ClientOptions, WebSocket } from "ws";

export class TestClient implements AsyncDisposable {
  readonly socket: WebSocket;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly opened: Promise<void>;
  readonly #frames: ServerFrameJson[] = [];
  #settlements = 0;
  #waiting: ((frame: ServerFrameJson) => void)[] = [];

  constructor(url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.socket.on("message", (data) => this.#receive(JSON.parse(String(data))));
    this.closed = new Promise((resolve) => this.socket.once("close", resolve));
    this.opened = new Promise((resolve, reject) => {
      this.socket.once("open", resolve);
      this.socket.once("error", reject);
    });
    this.opened.catch(() => {});
    this.socket.on("error", () => {});
  }

  send(frame: ClientFrameJson): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The next frame that has not been taken. */
  next(): Promise<ServerFrameJson> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async take(count: number): Promise<ServerFrameJson[]> {
    const frames: ServerFrameJson[] = [];
    while (frames.length < count) frames.push(await this.next());
    return frames;
  }

  /** Subscribes as our own client does, and takes snapshot and echo. */
  async subscribe(sessionId: string): Promise<ServerFrameJson[]> {
    this.send({ subscribe: { sessionId, capabilities: ["timeline"] } });
    return this.take(2);
  }

  /** All frames that came before the answer to a ping sent now: so that absence can be shown. */
  async settled(): Promise<ServerFrameJson[]> {
    this.#settlements += 1;
    const nonce = `settled-${this.#settlements}`;
    this.send({ ping: { nonce } });
    const before: ServerFrameJson[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame.pong?.nonce === nonce) return before;
      before.push(frame);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }

  #receive(frame: ServerFrameJson): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#frames.push(frame);
    else waiting(frame);
  }
}
