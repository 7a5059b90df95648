/**
 * Owns applying an EntityPatch to a payload (PROTOCOL.md P-47 to P-52). All or nothing; the payload is never changed.
 * Does not look at ordinals: whether the patch fits its base is the caller's question.
 */
import type { EntityPatchJson } from "../gen/sessionstream/v1/transport_pb.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { isForbiddenKey } from "./forbidden-key.ts";

/** `offset` and `not-text`: the base is another one than the server meant. `malformed`: no server should send this. */
export type PatchResult =
  | { readonly ok: true; readonly payload: JsonObject }
  | { readonly ok: false; readonly reason: "offset" | "not-text" | "malformed" };

const MALFORMED: PatchResult = { ok: false, reason: "malformed" };

/**
 * Gives a shallow copy of `payload` with `patch` applied: set, then clear, then append.
 * Of a text it appends to it reads only the length: reading more would flatten the string the engine keeps as a rope,
 * and streaming would cost O(n²).
 */
export function applyEntityPatch(payload: JsonObject, patch: EntityPatchJson): PatchResult {
  const next: Record<string, JsonValue> = { ...payload };
  const { set = {}, clear = [], append = [] } = patch;
  // The patch comes from the network: its type is a hope.
  if (!isJsonObject(set) || !Array.isArray(clear) || !Array.isArray(append)) return MALFORMED;

  for (const key of Object.keys(set)) {
    const value = set[key];
    if (isForbiddenKey(key) || value === undefined) return MALFORMED;
    next[key] = value;
  }
  for (const key of clear) {
    if (typeof key !== "string" || isForbiddenKey(key)) return MALFORMED;
    delete next[key];
  }
  for (const item of append) {
    if (!isJsonObject(item)) return MALFORMED;
    const { field, offset = 0, text = "" } = item;
    if (typeof field !== "string" || isForbiddenKey(field)) return MALFORMED;
    if (typeof offset !== "number" || typeof text !== "string") return MALFORMED;
    const before = next[field];
    if (typeof before !== "string") return { ok: false, reason: "not-text" };
    if (before.length !== offset) return { ok: false, reason: "offset" };
    next[field] = before + text;
  }
  return { ok: true, payload: next };
}
