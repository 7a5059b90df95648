import { once } from "node:events";
import type { AddressInfo } from "node:net";
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
