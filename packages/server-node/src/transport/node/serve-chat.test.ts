import { EventEmitter, once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import type { HttpHandler } from "../http/chat-http-handler.ts";
import { type ServeChatOptions, serveChat } from "./serve-chat.ts";

async function serving(options: ServeChatOptions) {
  const server = createServer();
  const stop = serveChat(server, options);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server,
    stop,
    port: portOf(server),
    url: `http://127.0.0.1:${portOf(server)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening");
  return address.port;
}

/** Tells what it was asked. */
const echo: HttpHandler = async (request) => {
  const { pathname, search } = new URL(request.url);
  const body = await request.text();
  const said = { method: request.method, at: pathname + search, type: request.headers.get("content-type"), body };
  return Response.json(said, { status: 201, headers: { "x-answer": "yes" } });
};

describe("one server for page and API", () => {
  it("hands requests below the base path to the API, as they came, and the rest to the page", async () => {
    await using it = await serving({ http: echo, page: (_request, response) => void response.end("page") });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":"ü"}' };
    const answer = await fetch(`${it.url}/api/chat/sessions?x=1`, init);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("x-answer")).toBe("yes");
    expect(await answer.json()).toEqual({
      method: "POST",
      at: "/api/chat/sessions?x=1",
      type: "application/json",
      body: '{"a":"ü"}',
    });
    expect(await (await fetch(`${it.url}/api/chatter`)).text()).toBe("page");
    expect(await (await fetch(it.url)).text()).toBe("page");
  });

  it("answers 404 where there is no page, and leaves the server when told to", async () => {
    await using it = await serving({ http: echo });
    expect((await fetch(`${it.url}/`)).status).toBe(404);
    it.stop();
    expect(it.server.listenerCount("request")).toBe(0);
  });

  it("answers 500 when the handler throws, and says nothing of why", async () => {
    const errors: unknown[] = [];
    const broken: HttpHandler = async () => {
      throw new Error("secret");
    };
    await using it = await serving({ http: broken, onError: (error) => void errors.push(error) });
    const answer = await fetch(`${it.url}/api/chat/x`);
    expect([answer.status, await answer.text()]).toEqual([500, ""]);
    expect(errors).toHaveLength(1);
  });

  it("C45 ends a connection whose body was refused half read", async () => {
    const refuse: HttpHandler = async () => new Response("too large", { status: 413 });
    await using it = await serving({ http: refuse });
    const sending = httpRequest(`${it.url}/api/chat/x`, { method: "POST" });
    sending.on("error", () => {});
    sending.write("x".repeat(1024));
    const [answer] = await once(sending, "response");
    expect(answer.statusCode).toBe(413);
    expect(answer.headers.connection).toBe("close");
    sending.destroy();
  });

  it("C12 L7: tells the handler that the peer left", async () => {
    const seen = new EventEmitter();
    const patient: HttpHandler = async ({ signal }) => {
      signal.addEventListener("abort", () => seen.emit("left"), { once: true });
      seen.emit("arrived");
      await once(seen, "left");
      return new Response("late");
    };
    await using it = await serving({ http: patient });
    const leaving = new AbortController();
    const arrived = once(seen, "arrived");
    const left = once(seen, "left");
    const asked = fetch(`${it.url}/api/chat/x`, { signal: leaving.signal });
    await arrived;
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await left;
  });

  it("X34 sets times of its own on the server, and puts back what was there", async () => {
    const server = createServer();
    const before = [server.headersTimeout, server.requestTimeout, server.keepAliveTimeout];
    const stop = serveChat(server, { http: echo, timeouts: { requestMs: 20_000 } });
    expect([server.headersTimeout, server.requestTimeout, server.keepAliveTimeout]).toEqual([10_000, 20_000, 60_000]);
    stop();
    expect([server.headersTimeout, server.requestTimeout, server.keepAliveTimeout]).toEqual(before);
  });

  it("X34 a client that drips its headers is answered 408 and cut off, however busy it is", async () => {
    await using it = await serving({ http: echo, timeouts: { headersMs: 20, requestMs: 20, checkEveryMs: 10 } });
    const socket = connect(it.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write("GET /api/chat/x HTTP/1.1\r\n");
    const dripping = setInterval(() => socket.write("x-a: b\r\n"), 5);
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part);
    clearInterval(dripping);
    expect(Buffer.concat(parts).toString()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("refuses a Host that is none", async () => {
    await using it = await serving({ http: echo });
    const socket = connect(it.port, "127.0.0.1");
    socket.write("GET /api/chat/x HTTP/1.1\r\nHost: a b:c\r\nConnection: close\r\n\r\n");
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part);
    expect(Buffer.concat(parts).toString()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("hands upgrades of its path to the socket, and refuses those that nobody takes", async () => {
    const paths: (string | undefined)[] = [];
    const ws: ServeChatOptions["ws"] = {
      handleUpgrade: async (request, socket) => {
        paths.push(request.url);
        socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n");
      },
    };
    await using it = await serving({ http: echo, ws });
    const upgrade = async (path: string) => {
      const socket = connect(it.port, "127.0.0.1");
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
      const parts: Buffer[] = [];
      for await (const part of socket) parts.push(part);
      return Buffer.concat(parts).toString().split("\r\n")[0];
    };
    expect(await upgrade("/api/chat/ws?token=1")).toBe("HTTP/1.1 101 Switching Protocols");
    expect(await upgrade("/elsewhere")).toBe("HTTP/1.1 404 Not Found");
    expect(paths).toEqual(["/api/chat/ws?token=1"]);
  });
});
