/**
 * Owns a messages table behind an application's own three endpoints. Below `url`, for every thread:
 *   GET    /{thread}?before=&limit=   200 { "rows": MessageRow[] }, ascending; an unknown thread has none (or 404)
 *   POST   /{thread}                  a NewMessageRow; 2xx when a row with its key is there, now or before
 *   DELETE /{thread}                  2xx when the thread has no rows any more (or 404)
 * Both parameters may be ignored. Whose threads these are is for the endpoints to decide.
 */
import { isJsonObject, SessionStreamError } from "@sessionstream/protocol";
import type { MessageRow, MessageRowStore } from "@sessionstream/protocol/message-rows";
import { httpError } from "../command/http-error.ts";
import type { ClientPlatform } from "../platform/client-platform.ts";
import { defaultPlatform } from "../platform/default-platform.ts";
import { surroundingFetch } from "../platform/surroundings.ts";

export interface HttpMessageRowsOptions {
  /** Absolute, or relative to the page. */
  readonly url: string;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Asked for every request: a token may have changed. */
  readonly headers?: () => HeadersInit | Promise<HeadersInit>;
  /** Default 30 s. */
  readonly timeoutMs?: number;
  readonly platform?: Pick<ClientPlatform, "now" | "setTimer">;
}

export function httpMessageRows(options: HttpMessageRowsOptions): MessageRowStore {
  const { fetch: send = surroundingFetch, headers = () => ({}), timeoutMs = 30_000 } = options;
  const platform = options.platform ?? defaultPlatform();
  const base = options.url.replace(/\/+$/, "");

  async function request(method: string, threadId: string, { query = "", body }: RequestParts = {}): Promise<Response> {
    const ended = new AbortController();
    const cancel = platform.setTimer(timeoutMs, () => ended.abort());
    try {
      const all = new Headers(await headers());
      if (body !== undefined) all.set("content-type", "application/json");
      const init = { method, headers: all, signal: ended.signal, ...(body !== undefined && { body }) };
      const response = await send(`${base}/${encodeURIComponent(threadId)}${query}`, init);
      if (response.ok || (response.status === 404 && method !== "POST")) return response;
      throw await httpError(`${method} of message rows`, response, platform.now());
    } catch (error) {
      if (ended.signal.aborted)
        throw new SessionStreamError("timeout", "The messages did not come in time. Try again.");
      throw SessionStreamError.from(error, "network", "The messages could not be reached. Try again.");
    } finally {
      cancel();
    }
  }

  return {
    async loadMessages(threadId, page) {
      const query = page === undefined ? "" : `?${new URLSearchParams(textsOf(page))}`;
      const response = await request("GET", threadId, { query });
      return response.status === 404 ? [] : rowsOf(await response.json().catch(() => null));
    },
    async appendMessage(row) {
      await request("POST", row.threadId, { body: JSON.stringify(row) });
    },
    async removeMessages(threadId) {
      await request("DELETE", threadId);
    },
  };
}

interface RequestParts {
  readonly query?: string;
  readonly body?: string;
}

function textsOf(page: object): Record<string, string> {
  return Object.fromEntries(Object.entries(page).map(([name, value]) => [name, String(value)]));
}

function rowsOf(body: unknown): readonly MessageRow[] {
  const rows: unknown = isJsonObject(body) ? body["rows"] : null;
  if (!Array.isArray(rows)) {
    throw new SessionStreamError("bad_server_frame", 'The answer holds no rows: it should be { "rows": [ … ] }.');
  }
  // CAST: what the endpoints say; a row's blocks are read one by one where they are shown.
  return rows as readonly MessageRow[];
}
