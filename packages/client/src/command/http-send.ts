/**
 * Owns one request: headers and hooks, a new token when the old one was refused, an end in time, and errors that say what
 * happened. Knows no command.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { ClientPlatform } from "../platform/client-platform.ts";
import { httpError } from "./http-error.ts";
import type { HttpRequest } from "./http-routes.ts";

export interface HttpSendOptions {
  /** Absolute, or relative to the page; without a slash at its end. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly platform: Pick<ClientPlatform, "now" | "setTimer">;
  readonly headers: (operation: HttpRequest["operation"]) => Promise<HeadersInit>;
  /** Last look at a request, per operation. */
  readonly beforeRequest: ((operation: HttpRequest["operation"], init: RequestInit) => RequestInit) | undefined;
  /** Gets another token; after it a refused request is sent once more. Absent: there is none to get. */
  readonly refresh: (() => Promise<unknown>) | undefined;
}

const TIMEOUT_MS = 30_000;

/** Resolves with the answer's JSON, or `null` when it is none. */
export type HttpSend = (request: HttpRequest, signal: AbortSignal) => Promise<unknown>;

export function createHttpSend(options: HttpSendOptions): HttpSend {
  const { platform } = options;

  async function attempt(request: HttpRequest, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(await options.headers(request.operation));
    const { method = "POST", body } = request;
    if (body !== undefined) headers.set("content-type", "application/json");
    const init: RequestInit = {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const last = options.beforeRequest?.(request.operation, init) ?? init;
    return options.fetch(`${options.url}${request.path}`, last);
  }

  async function ask(request: HttpRequest, signal: AbortSignal): Promise<unknown> {
    let response = await attempt(request, signal);
    if (response.status === 401 && options.refresh !== undefined) {
      await options.refresh();
      response = await attempt(request, signal);
    }
    if (!response.ok) throw await httpError(request.operation, response, platform.now());
    return response.json().catch(() => null);
  }

  return async (request, signal) => {
    const { operation } = request;
    const ended = new AbortController();
    const abort = () => ended.abort();
    // Getting headers or a token may hang as well as the request.
    const interruption = new Promise<never>((_, reject) => ended.signal.addEventListener("abort", reject));
    signal.addEventListener("abort", abort, { once: true });
    const cancelTimer = platform.setTimer(TIMEOUT_MS, abort);
    try {
      if (signal.aborted) abort();
      return await Promise.race([interruption, ask(request, ended.signal)]);
    } catch (cause) {
      if (signal.aborted) throw new SessionStreamError("aborted", `${operation} was aborted`, { cause });
      if (ended.signal.aborted)
        throw new SessionStreamError("timeout", `${operation} got no answer in time`, { cause });
      // fetch rejects only when there was no response.
      throw SessionStreamError.from(cause, "network", `${operation} failed: the server could not be reached`);
    } finally {
      cancelTimer();
      signal.removeEventListener("abort", abort);
    }
  };
}
