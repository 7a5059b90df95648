/** Owns turning any value into plain JSON: what JSON cannot say is named, cycles and depths end. */
const DEEPEST = 12;

export function plain(value: unknown): unknown {
  return walk(value, []);
}

/** Field names, types and sizes of a payload: all of it that can be shown without showing what people wrote (K39). */
export function shapeOf(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(payload).map(([field, value]) => [field, field === "@type" ? String(value) : shape(value)]),
  );
}

function shape(value: unknown): string {
  if (typeof value === "string") return `text of ${value.length}`;
  if (Array.isArray(value)) return `list of ${value.length}`;
  // Names inside may be a user's: of a map, of free-form JSON.
  if (typeof value === "object" && value !== null) return `object of ${Object.keys(value).length}`;
  return value === null ? "null" : typeof value;
}

function walk(value: unknown, above: readonly object[]): unknown {
  switch (typeof value) {
    case "object":
      return value === null ? null : walkObject(value, above);
    case "bigint":
      return value.toString();
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "function":
    case "symbol":
      return `[${typeof value}]`;
    case "undefined":
      return null;
    default:
      return value;
  }
}

function walkObject(value: object, above: readonly object[]): unknown {
  if (above.includes(value)) return "[circular]";
  if (above.length >= DEEPEST) return "[deeper]";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  const path = [...above, value];
  if (Array.isArray(value)) return value.map((item) => walk(item, path));
  if (value instanceof Map || value instanceof Set) return [...value].map((item) => walk(item, path));
  const own = value instanceof Error ? { ...value, name: value.name, message: value.message } : value;
  // By definition, not by assignment: a field may be called "__proto__".
  return Object.fromEntries(Object.entries(own).map(([key, item]) => [key, walk(item, path)]));
}
