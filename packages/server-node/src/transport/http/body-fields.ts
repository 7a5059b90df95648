import { type JsonObject, type JsonValue, SessionStreamError } from "@sessionstream/protocol";

/** Owns reading single fields of a body: what has the wrong type is said, what is absent or null is `undefined`. */

export function textField(body: JsonObject, name: string): string | undefined {
  const value = ownField(body, name);
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  throw new SessionStreamError("bad_request", `"${name}" has to be a text.`);
}

export function flagField(body: JsonObject, name: string): boolean | undefined {
  const value = ownField(body, name);
  if (value === undefined || value === null || typeof value === "boolean") return value ?? undefined;
  throw new SessionStreamError("bad_request", `"${name}" has to be true or false.`);
}

export function listField(body: JsonObject, name: string): JsonValue[] | undefined {
  const value = ownField(body, name);
  if (value === undefined || value === null) return undefined;
  if (isList(value)) return value;
  throw new SessionStreamError("bad_request", `"${name}" has to be a list.`);
}

function ownField(body: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(body, name) ? body[name] : undefined;
}

function isList(value: JsonValue): value is JsonValue[] {
  return Array.isArray(value);
}
