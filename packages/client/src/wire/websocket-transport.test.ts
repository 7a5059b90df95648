import { describe, expect, it } from "vitest";
import type { TransportClose } from "./transport.ts";
import { type WebSocketLike, webSocketTransport } from "./websocket-transport.ts";

type Listener = (event: { readonly data: unknown; readonly code: number; readonly reason: string }) => void;

class FakeSocket implements WebSocketLike {
  static last: FakeSocket;
  readyState = 0;
  readonly sent: string[] = [];
  readonly closes: unknown[] = [];
  readonly #listeners = new Map<string, Listener[]>();
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeSocket.last = this;
  }
  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }
  emit(type: string, event: { readonly data?: unknown; readonly code?: number; readonly reason?: string } = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) {
      listener({ data: undefined, code: 1006, reason: "", ...event });
    }
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(code?: number, reason?: string): void {
    this.closes.push([code, reason]);
  }
}

function open() {
  const texts: string[] = [];
  const closes: TransportClose[] = [];
  const connection = webSocketTransport(() => FakeSocket).open("wss://x/ws", {
    text: (text) => texts.push(text),
    closed: (close) => closes.push(close),
  });
  return { connection, socket: FakeSocket.last, texts, closes };
}

describe("the WebSocket adapter", () => {
  it("hands over texts, and sends only while open", () => {
    const { connection, socket, texts } = open();
    connection.send("too early");
    socket.readyState = 1;
    connection.send("hello");
    socket.emit("message", { data: "hi" });
    expect(socket.url).toBe("wss://x/ws");
    expect(socket.sent).toEqual(["hello"]);
    expect(texts).toEqual(["hi"]);
  });

  it("P37 refuses a binary frame and ends there", () => {
    const { socket, texts, closes } = open();
    socket.emit("message", { data: new ArrayBuffer(3) });
    socket.emit("message", { data: "late" });
    socket.emit("close", { code: 1006, reason: "" });
    expect(socket.closes).toEqual([[4400, "binary frames are not supported"]]);
    expect(closes).toEqual([{ code: 1003, reason: "the server sent a binary frame" }]);
    expect(texts).toEqual([]);
  });

  it("reports an end once, errors being followed by one", () => {
    const { socket, closes } = open();
    socket.emit("error");
    socket.emit("close", { code: 1006, reason: "gone" });
    socket.emit("close", { code: 1000, reason: "" });
    expect(closes).toEqual([{ code: 1006, reason: "gone" }]);
  });

  it("K09 says nothing after our side closed it", () => {
    const { connection, socket, texts, closes } = open();
    connection.close(1000, "");
    socket.emit("message", { data: "late" });
    socket.emit("close", { code: 1000, reason: "" });
    expect(socket.closes).toEqual([[1000, ""]]);
    expect(texts).toEqual([]);
    expect(closes).toEqual([]);
  });
});
