import type { JsonValue } from "./json.ts";

/** Whether two JSON values say the same; the order of an object's keys says nothing. */
export function jsonEquals(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => sameItem(item, b[index]));
  if (isList(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameItem(a[key], b[key]));
}

function sameItem(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a !== undefined && b !== undefined && jsonEquals(a, b);
}

function isList(value: JsonValue): value is JsonValue[] {
  return Array.isArray(value);
}
