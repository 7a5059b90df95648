import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import type { HttpHandler } from "../http/chat-http-handler.ts";

export type NodeRequestListener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

export interface NodeHandlerOptions {
  /** `https` behind a proxy that ends TLS. Default `http`. */
  readonly protocol?: "http" | "https";
  /** Told when the handler threw or the answer could not be written. Default: silent, the peer is gone. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Owns the way between Node's requests and web-standard ones: nothing but translation. The request's signal tells that
 * the peer left; what it set going goes on (L7).
 */
export function nodeHandler(handler: HttpHandler, options: NodeHandlerOptions = {}): NodeRequestListener {
  return (incoming, outgoing) => {
    void respond(handler, incoming, outgoing, options.protocol ?? "http").catch((error: unknown) => {
      options.onError?.(error);
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    });
  };
}

async function respond(
  handler: HttpHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  protocol: string,
): Promise<void> {
  const left = new AbortController();
  outgoing.once("close", () => left.abort());
  const request = toRequest(incoming, protocol, left.signal);
  if (request === null) {
    outgoing.writeHead(400).end();
    return;
  }
  const response = await handler(request);
  // A body that was refused half read would be taken for the next request.
  if (!incoming.complete) outgoing.setHeader("connection", "close");
  outgoing.writeHead(response.status, headersOf(response));
  if (response.body === null) {
    outgoing.end();
    return;
  }
  // CAST: Node's and the DOM's declarations of the same class.
  await pipeline(Readable.fromWeb(response.body as NodeReadableStream<Uint8Array>), outgoing);
}

/** `null` when Host or path are not of this world. */
function toRequest(incoming: IncomingMessage, protocol: string, signal: AbortSignal): Request | null {
  const url = toUrl(incoming, protocol);
  if (url === null) return null;
  const method = incoming.method ?? "GET";
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at] ?? "", incoming.rawHeaders[at + 1] ?? "");
  }
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers, signal });
  // CAST: Node's and the DOM's declarations of the same class. `duplex` is asked for by Node and unknown to the DOM.
  const body = Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array>;
  const init: RequestInit & { duplex: "half" } = { method, headers, signal, body, duplex: "half" };
  return new Request(url, init);
}

function toUrl({ url, headers }: IncomingMessage, protocol: string): URL | null {
  try {
    return new URL(url ?? "/", `${protocol}://${headers.host ?? "localhost"}`);
  } catch {
    return null;
  }
}

function headersOf(response: Response): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  return headers;
}
