/**
 * Owns reading single fields of protobuf JSON: absent and null are the zero value, anything of another type is
 * malformed. Extra fields are never looked at (L8).
 */
import { isJsonObject, type JsonObject, parseOrdinal } from "@sessionstream/protocol";

/** Never leaves this folder: the decoder turns it into a result. */
export class Malformed extends Error {}

export type Fields = Readonly<JsonObject>;

export function has(from: Fields, name: string): boolean {
  return (from[name] ?? null) !== null;
}

export function asFields(value: unknown, name: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new Malformed(`${name} is not an object`);
}

export function text(from: Fields, name: string): string {
  const value = from[name];
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  throw new Malformed(`${name} is not a string`);
}

export function requiredText(from: Fields, name: string): string {
  const value = text(from, name);
  if (value === "") throw new Malformed(`${name} is missing`);
  return value;
}

export function ordinal(from: Fields, name: string): bigint {
  const value = parseOrdinal(from[name] ?? undefined);
  if (value === null) throw new Malformed(`${name} is not a decimal string`);
  return value;
}

export function number(from: Fields, name: string): number {
  const value = from[name];
  if (typeof value === "number") return value;
  if (value === undefined || value === null) return 0;
  throw new Malformed(`${name} is not a number`);
}

export function flag(from: Fields, name: string): boolean {
  const value = from[name];
  if (typeof value === "boolean") return value;
  if (value === undefined || value === null) return false;
  throw new Malformed(`${name} is not a boolean`);
}

export function list(from: Fields, name: string): readonly unknown[] {
  const value = from[name];
  if (Array.isArray(value)) return value;
  if (value === undefined || value === null) return [];
  throw new Malformed(`${name} is not a list`);
}

const STRUCT = "type.googleapis.com/google.protobuf.Struct";

/**
 * The fields of an Any. Only a well-known type hides them under `value`; an application's own field of that name is left
 * alone.
 */
export function payload(from: Fields, name: string): JsonObject {
  if (!has(from, name)) return {};
  const value = asFields(from[name], name);
  return value["@type"] === STRUCT ? { ...payload(value, "value"), "@type": STRUCT } : value;
}
