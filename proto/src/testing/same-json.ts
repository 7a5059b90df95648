import type { JsonValue } from "../json.ts";
import { jsonEquals } from "../json-equals.ts";

/** Whether two JSON texts say the same. Frames are never compared as text: peers differ in spaces and order of keys. */
export function sameJson(a: string, b: string): boolean {
  // CAST: what JSON.parse gives is JSON.
  return jsonEquals(JSON.parse(a) as JsonValue, JSON.parse(b) as JsonValue);
}
