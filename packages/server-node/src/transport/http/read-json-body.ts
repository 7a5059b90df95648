import { findOutOfBounds, type JsonObject, type JsonValue, SessionStreamError } from "@sessionstream/protocol";

/**
 * Owns reading a request's body: JSON by its content type (which a page of another origin cannot send without asking
 * first), bounded while it is read, an object or nothing.
 */
export async function readJsonBody(request: Request, maxBytes: number): Promise<JsonObject> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new SessionStreamError("unsupported_media_type", "Send the body as application/json.");
  }
  const text = new TextDecoder("utf-8", { fatal: true });
  const bytes = await readBytes(request, maxBytes);
  if (bytes.byteLength === 0) return {};
  let json: JsonValue;
  try {
    // CAST: what JSON.parse gives is JSON.
    json = JSON.parse(text.decode(bytes)) as JsonValue;
  } catch (cause) {
    throw new SessionStreamError("bad_request", "The body is not JSON in UTF-8.", { cause });
  }
  const problem = findOutOfBounds(json);
  if (problem !== null) throw new SessionStreamError("bad_request", problem);
  if (!isObject(json)) throw new SessionStreamError("bad_request", "The body is not a JSON object.");
  return json;
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new SessionStreamError("payload_too_large", `A body has at most ${maxBytes} bytes. Send less.`);
  if (Number(request.headers.get("content-length") ?? "0") > maxBytes) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop by a throw cancels the stream: the rest is not read.
  for await (const part of request.body) {
    length += part.byteLength;
    if (length > maxBytes) throw tooLarge();
    parts.push(part);
  }
  return concat(parts, length);
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
