/** JSON as data: what protobuf JSON text parses to. The same shapes as protobuf-es has, so that values pass both ways. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}
