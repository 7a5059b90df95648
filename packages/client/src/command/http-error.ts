/**
 * Owns what a failed HTTP response means: what the body says, else what the status says. The message is ours and may be
 * shown to anybody; the server's or a proxy's own words are for developers, in `cause` (X31).
 */
import {
  ERROR_CODES,
  type ErrorCode,
  isErrorCode,
  isJsonObject,
  type JsonObject,
  SessionStreamError,
} from "@sessionstream/protocol";

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  400: "bad_request",
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  408: "timeout",
  409: "conflict",
  413: "payload_too_large",
  415: "unsupported_media_type",
  422: "invalid_command",
  429: "rate_limited",
  502: "network",
  503: "busy",
  504: "timeout",
};

const MESSAGES: Partial<Readonly<Record<ErrorCode, string>>> = {
  rate_limited: "Too much at once. Wait a moment, then try again.",
  payload_too_large: "This is too large to be sent. Send less.",
  unauthenticated: "You are not signed in any more. Sign in, then try again.",
  forbidden: "You may not do this here.",
  origin_rejected: "You may not do this from this page.",
  session_not_found: "There is no such conversation.",
  session_full: "This conversation is full. Start another one.",
  empty_prompt: "There is nothing to send.",
  run_busy: "An answer is being written. Wait for it, then try again.",
  already_answered: "Somebody has answered this before.",
  approval_mismatch: "This is not what is asked any more. Look at it again.",
  approval_expired: "It is too late to answer this.",
};

function messageOf(code: ErrorCode, retryable: boolean): string {
  const general = retryable
    ? "The server could not do this now. Try again."
    : "The server refused this. Trying the same again will not help.";
  return MESSAGES[code] ?? general;
}

export async function httpError(operation: string, response: Response, now: number): Promise<SessionStreamError> {
  const body = await readBody(response);
  const said = text(body["code"]);
  const known = said !== undefined && isErrorCode(said);
  const code: ErrorCode = known
    ? said
    : (STATUS_CODES[response.status] ?? (response.status < 500 ? "bad_request" : "internal"));
  const reason = text(body["reason"]) ?? (known ? undefined : said);
  const retryable = body["retryable"];
  const retryAfterMs = body["retryAfterMs"] ?? headerMs(response.headers.get("retry-after"), now);
  const errorId = text(body["errorId"]);
  const words = text(body["error"]) ?? "the server gave no reason";
  return new SessionStreamError(code, messageOf(code, typeof retryable === "boolean" ? retryable : ERROR_CODES[code]), {
    cause: new Error(`${operation} failed: ${response.status} ${said ?? code}: ${words}`),
    ...(reason === undefined ? {} : { reason }),
    ...(typeof retryable === "boolean" ? { retryable } : {}),
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
    ...(errorId === undefined ? {} : { errorId }),
  });
}

/** A proxy between us and the server may answer with anything. */
async function readBody(response: Response): Promise<Readonly<JsonObject>> {
  try {
    const body: unknown = await response.json();
    return isJsonObject(body) ? body : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Seconds, or a date. */
function headerMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}
