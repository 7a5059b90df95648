/**
 * Owns protobuf JSON of single fields, implicit zeros included: what `toJson(…, { alwaysEmitImplicit: true })` writes,
 * but field by field and without its reflection objects, which cost most of an event's encoding.
 * Well-known types are left to `toJson`.
 */
import {
  type DescField,
  type DescMessage,
  isFieldSet,
  type Message,
  type Registry,
  ScalarType,
  toJson,
} from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import type { JsonValue } from "./json.ts";
import { findUnsendable } from "./well-formed.ts";

/** A message seen as what it is: an object with a property per field and per oneof. */
type Properties = Readonly<Record<string, unknown>>;

/** Value of FeatureSet.FieldPresence.IMPLICIT; the enum itself would pull descriptor.proto into every bundle. */
const IMPLICIT = 2;

/** The field's value as the message holds it; `undefined` when the field is absent (implicit zeros are not). */
export function fieldValue(message: Message, field: DescField): unknown {
  // CAST: Message declares only $typeName; generated types declare the rest.
  const properties = message as unknown as Properties;
  if (field.oneof !== undefined) {
    // CAST: how protobuf-es represents a oneof.
    const arm = properties[field.oneof.localName] as { readonly case?: string; readonly value?: unknown };
    return arm.case === field.localName ? arm.value : undefined;
  }
  if (field.presence !== IMPLICIT && !isFieldSet(message, field)) return undefined;
  return properties[field.localName];
}

/** Adds the JSON of every present field to `target`. */
export function writeFields(
  target: Record<string, JsonValue>,
  schema: DescMessage,
  message: Message,
  registry: Registry,
): Record<string, JsonValue> {
  for (const field of schema.fields) {
    const value = fieldValue(message, field);
    if (value !== undefined) target[field.jsonName] = valueToJson(field, value, registry);
  }
  return target;
}

/** @throws TypeError when the value is not of the field's type. */
export function valueToJson(field: DescField, value: unknown, registry: Registry): JsonValue {
  switch (field.fieldKind) {
    case "scalar":
      return scalarToJson(field.scalar, value, field);
    case "enum":
      return enumToJson(field, value);
    case "message":
      return singularMessageToJson(field, value, registry);
    case "list":
      return listToJson(field, value, registry);
    case "map":
      return mapToJson(field, value, registry);
  }
}

function scalarToJson(type: ScalarType, value: unknown, field: DescField): JsonValue {
  switch (type) {
    case ScalarType.STRING:
      if (typeof value === "string") return value;
      break;
    case ScalarType.BOOL:
      if (typeof value === "boolean") return value;
      break;
    case ScalarType.BYTES:
      if (value instanceof Uint8Array) return base64Encode(value);
      break;
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      if (typeof value === "bigint" || typeof value === "string") return String(value);
      break;
    default:
      if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  }
  throw mismatch(field, value);
}

function enumToJson(field: DescField & { readonly enum: NonNullable<DescField["enum"]> }, value: unknown): JsonValue {
  if (typeof value !== "number") throw mismatch(field, value);
  if (field.enum.typeName === "google.protobuf.NullValue") return null;
  return field.enum.value[value]?.name ?? value;
}

function singularMessageToJson(
  field: DescField & { fieldKind: "message" },
  value: unknown,
  registry: Registry,
): JsonValue {
  const wrapped = field.oneof === undefined && isWrapperDesc(field.message) ? field.message.fields[0] : undefined;
  return wrapped === undefined
    ? messageToJson(field, field.message, value, registry)
    : valueToJson(wrapped, value, registry);
}

function messageToJson(field: DescField, schema: DescMessage, value: unknown, registry: Registry): JsonValue {
  if (typeof value !== "object" || value === null) throw mismatch(field, value);
  if (schema.typeName === "google.protobuf.Struct") return structToJson(field, value);
  // CAST: the field's type says that it holds messages of `schema`.
  const message = value as Message;
  if (schema.typeName.startsWith("google.protobuf.")) {
    return toJson(schema, message, { registry, alwaysEmitImplicit: true });
  }
  return writeFields({}, schema, message, registry);
}

/** protobuf-es represents a Struct field as the JSON object itself, and types alone promise that it is one. */
function structToJson(field: DescField, value: object): JsonValue {
  const problem = findUnsendable(value, field.jsonName);
  if (problem !== null) throw new TypeError(problem);
  // CAST: checked above.
  return value as JsonValue;
}

function listToJson(field: DescField & { fieldKind: "list" }, value: unknown, registry: Registry): JsonValue {
  if (!Array.isArray(value)) throw mismatch(field, value);
  return value.map((item: unknown) => elementToJson(field, field.listKind, item, registry));
}

function mapToJson(field: DescField & { fieldKind: "map" }, value: unknown, registry: Registry): JsonValue {
  if (typeof value !== "object" || value === null) throw mismatch(field, value);
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => {
    return [key, elementToJson(field, field.mapKind, item, registry)] as const;
  });
  return Object.fromEntries(entries);
}

function elementToJson(
  field: DescField & { fieldKind: "list" | "map" },
  kind: "scalar" | "enum" | "message",
  item: unknown,
  registry: Registry,
): JsonValue {
  if (kind === "message" && field.message !== undefined) return messageToJson(field, field.message, item, registry);
  if (kind === "enum" && field.enum !== undefined) return enumToJson(field, item);
  if (field.scalar !== undefined) return scalarToJson(field.scalar, item, field);
  throw mismatch(field, item);
}

function mismatch(field: DescField, value: unknown): TypeError {
  return new TypeError(`${field} cannot hold a value of type ${value === null ? "null" : typeof value}`);
}
