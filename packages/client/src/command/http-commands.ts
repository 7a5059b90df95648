/**
 * Owns sending commands over HTTP. One attempt per call: whether to try again is decided by who holds the command (the
 * outbox), for whom every failure here says if that can help.
 */
import { parseOrdinal, SessionStreamError } from "@sessionstream/protocol";
import type { CommandReceipt, CommandSubmission } from "../backend/chat-backend.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import type { CommandPort } from "./command-port.ts";
import { httpError } from "./http-error.ts";
import { type HttpRequest, httpRequest } from "./http-routes.ts";

export interface HttpCommandOptions {
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

export function httpCommands(options: HttpCommandOptions): CommandPort {
  const { platform } = options;

  async function send(request: HttpRequest, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(await options.headers(request.operation));
    headers.set("content-type", "application/json");
    const init: RequestInit = { method: "POST", headers, body: JSON.stringify(request.body), signal };
    const last = options.beforeRequest?.(request.operation, init) ?? init;
    return options.fetch(`${options.url}${request.path}`, last);
  }

  async function submit(request: HttpRequest, signal: AbortSignal): Promise<CommandReceipt> {
    let response = await send(request, signal);
    if (response.status === 401 && options.refresh !== undefined) {
      await options.refresh();
      response = await send(request, signal);
    }
    if (!response.ok) throw await httpError(request.operation, response, platform.now());
    return receipt(request, await response.json().catch(() => null));
  }

  return {
    async submit(command: CommandSubmission, signal: AbortSignal) {
      const request = httpRequest(command);
      const { operation } = request;
      const ended = new AbortController();
      const abort = () => ended.abort();
      // Getting headers or a token may hang as well as the request.
      const interruption = new Promise<never>((_, reject) => ended.signal.addEventListener("abort", reject));
      signal.addEventListener("abort", abort, { once: true });
      const cancelTimer = platform.setTimer(TIMEOUT_MS, abort);
      try {
        if (signal.aborted) abort();
        return await Promise.race([interruption, submit(request, ended.signal)]);
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
    },
  };
}

/** A reference server says neither epoch nor ordinal: it accepted, and that is all there is to know. */
function receipt({ operation }: HttpRequest, body: unknown): CommandReceipt {
  if (typeof body === "object" && body !== null) {
    const { epoch = "", ordinal } = body as { readonly epoch?: unknown; readonly ordinal?: unknown };
    const read = parseOrdinal(ordinal);
    if (typeof epoch === "string" && read !== null) return { epoch, ordinal: read };
  }
  // Its id makes sending it again safe (L9).
  throw new SessionStreamError("outcome_unknown", `${operation} was answered with something else than a receipt`);
}
