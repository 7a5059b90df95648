import type { JsonObject, JsonValue } from "@sessionstream/protocol";

/** Equality of JSON as data: the order of keys does not count, a missing key does. */
export function jsonEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isArray(a) || isArray(b)) {
    return isArray(a) && isArray(b) && a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
  }
  return sameKeys(a, b) && Object.keys(a).every((key) => jsonEqual(a[key], b[key]));
}

function sameKeys(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key));
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: object): value is JsonValue[] {
  return Array.isArray(value);
}
