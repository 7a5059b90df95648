/** JSON as data: what protobuf JSON text parses to. The same shapes as protobuf-es has, so that values pass both ways. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Of what was parsed from JSON text. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
