import type { SessionStreamError } from "@sessionstream/protocol";
import type { ExportDocument } from "./export-document.ts";
import { httpStatus } from "./http-status.ts";

/** Owns the shape of what leaves: JSON that nobody caches, and errors that say nothing of the server's insides. */

/** `text` is JSON. */
export function jsonResponse(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers },
  });
}

/** A file to keep: never a page of this server's, whatever somebody wrote into it. */
export function fileResponse({ text, contentType, fileName }: ExportDocument): Response {
  return jsonResponse(200, text, {
    "content-type": `${contentType}; charset=utf-8`,
    "content-disposition": `attachment; filename="${fileName}"`,
    "x-content-type-options": "nosniff",
  });
}

/** @param errorId names the record in the server's log; with it the error's own text stays there. */
export function errorResponse(error: SessionStreamError, errorId: string | undefined): Response {
  const { code, retryable, reason, retryAfterMs } = error;
  const status = httpStatus(code);
  const said = {
    error: errorId === undefined ? error.message : "The server could not do this. Its log knows why, by the errorId.",
    code,
    retryable,
    ...(errorId === undefined ? {} : { errorId }),
    ...(reason === undefined ? {} : { reason }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  const retryAfter = retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
  return jsonResponse(status, JSON.stringify(said), retryAfter);
}
