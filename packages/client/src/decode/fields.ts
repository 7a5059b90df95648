/**
 * Owns reading single fields of protobuf JSON: absent and null are the zero value, anything of another type is
 * malformed. Extra fields are never looked at (L8).
 */
import { type JsonObject, parseOrdinal } from "@sessionstream/protocol";

/** Never leaves this folder: the decoder turns it into a result. */
export class Malformed extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fields(value: unknown, name: string): Fields {
  if (isFields(value)) return value;
  throw new Malformed(`${name} is not an object`);
}

export function text(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  throw new Malformed(`${name} is not a string`);
}

export function requiredText(value: unknown, name: string): string {
  const read = text(value, name);
  if (read === "") throw new Malformed(`${name} is missing`);
  return read;
}

export function ordinal(value: unknown, name: string): bigint {
  const read = parseOrdinal(value ?? undefined);
  if (read === null) throw new Malformed(`${name} is not a decimal string`);
  return read;
}

export function number(value: unknown, name: string): number {
  if (typeof value === "number") return value;
  if (value === undefined || value === null) return 0;
  throw new Malformed(`${name} is not a number`);
}

export function flag(value: unknown, name: string): boolean {
  if (typeof value === "boolean") return value;
  if (value === undefined || value === null) return false;
  throw new Malformed(`${name} is not a boolean`);
}

export function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === undefined || value === null) return [];
  throw new Malformed(`${name} is not a list`);
}

const STRUCT = "type.googleapis.com/google.protobuf.Struct";

/**
 * The fields of an Any. Only a well-known type hides them under `value`; an application's own field of that name is left
 * alone.
 */
export function payload(value: unknown, name: string): JsonObject {
  if (value === undefined || value === null) return {};
  // CAST: it was parsed from JSON text, so an object among it is a JSON object.
  const read = fields(value, name) as JsonObject;
  if (read["@type"] !== STRUCT) return read;
  return { ...payload(read["value"], `${name}.value`), "@type": STRUCT };
}
