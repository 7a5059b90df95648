import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { TransportClose } from "./transport.ts";
import { type WebSocketConstructor, webSocketTransport } from "./websocket-transport.ts";

it("K40 the socket of the package ws is as good as a browser's", async () => {
  const node: WebSocketConstructor = WebSocket;
  const server = new WebSocketServer({ port: 0 });
  await once(server, "listening");
  // CAST: a server on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const heard = new Promise<string>((resolve) => {
    server.on("connection", (socket) => {
      socket.send("welcome");
      socket.on("message", (data) => {
        resolve(String(data));
        socket.close(4403, "not yours");
      });
    });
  });
  const texts: string[] = [];
  const close = await new Promise<TransportClose>((resolve) => {
    const connection = webSocketTransport(() => node).open(`ws://127.0.0.1:${port}`, {
      text(text) {
        texts.push(text);
        connection.send("hello");
      },
      closed: resolve,
    });
  });
  server.close();
  expect(texts).toEqual(["welcome"]);
  expect(await heard).toBe("hello");
  expect(close).toEqual({ code: 4403, reason: "not yours" });
});

it("F-W3 F-W4 a socket reset in the middle of a frame, at any byte of it, delivers nothing of that frame and says so", async () => {
  const whole = textFrame("whole");
  const torn = textFrame("never seen");
  const cuts = Array.from({ length: torn.length }, (_, cut) => cut);
  const server = createHttpServer();
  server.on("upgrade", (request, socket) => {
    const cut = Number(new URL(request.url ?? "", "http://x").searchParams.get("cut"));
    socket.write(`${acceptance(request.headers["sec-websocket-key"] ?? "")}\r\n\r\n`);
    socket.write(Buffer.concat([whole, torn.subarray(0, cut)]), () => {
      // Told only once it is read: a reset throws away what lies in the buffers.
      setImmediate(() => void (socket instanceof Socket && socket.resetAndDestroy()));
    });
  });
  server.listen(0);
  await once(server, "listening");
  // CAST: a server on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const node: WebSocketConstructor = WebSocket;
  for (const cut of cuts) {
    const texts: string[] = [];
    const close = await new Promise<TransportClose>((resolve) => {
      const text = (frame: string) => texts.push(frame);
      webSocketTransport(() => node).open(`ws://127.0.0.1:${port}/?cut=${cut}`, { text, closed: resolve });
    });
    expect(close.code).toBe(1006);
    expect(texts).not.toContain("never seen");
    expect(texts.filter((text) => text !== "whole")).toEqual([]);
  }
  server.close();
});

/** RFC 6455: unmasked, as servers send. */
function textFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
}

function acceptance(key: string): string {
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`;
}
