/**
 * Owns random messages of any schema, for property tests: every field kind, zero values, absent fields, unknown enum
 * numbers, well-formed Unicode. Does not make lone surrogates or "__proto__" keys: tests of bad input name theirs.
 */
import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  fromJson,
  type JsonObject,
  type MessageInitShape,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { anyPack, isWrapperDesc } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";

export interface ArbitraryMessageOptions {
  /** What an Any may hold. Without, every Any is absent. */
  readonly anyOf?: readonly DescMessage[];
  /** Nesting of messages. Default 2. */
  readonly depth?: number;
}

type Context = Required<ArbitraryMessageOptions>;

/** Any message of `schema`. */
export function arbitraryMessage<Desc extends DescMessage>(
  schema: Desc,
  options: ArbitraryMessageOptions = {},
): fc.Arbitrary<MessageShape<Desc>> {
  return messageOf(schema, { anyOf: options.anyOf ?? [], depth: options.depth ?? 2 });
}

/** Two messages of one schema, of which about half the fields are equal and some texts of the second have grown. */
export function arbitraryMessagePair<Desc extends DescMessage>(
  schema: Desc,
  options: ArbitraryMessageOptions = {},
): fc.Arbitrary<readonly [before: MessageShape<Desc>, after: MessageShape<Desc>]> {
  const message = arbitraryMessage(schema, options);
  const fates = fc.array(fc.constantFrom("keep", "replace", "grow"), {
    minLength: schema.members.length,
    maxLength: schema.members.length,
  });
  return fc.tuple(message, message, fates, arbitraryText()).map(([before, other, fate, suffix]) => {
    // CAST: a message is an object with a property per member.
    const old: Readonly<Record<string, unknown>> = before;
    const drawn: Readonly<Record<string, unknown>> = other;
    const after: Record<string, unknown> = {};
    schema.members.forEach(({ localName }, index) => {
      const text = old[localName];
      if (fate[index] === "grow" && typeof text === "string" && isTextField(schema, localName)) {
        after[localName] = text + suffix;
      } else {
        after[localName] = fate[index] === "replace" ? drawn[localName] : text;
      }
    });
    return [before, make(schema, after)];
  });
}

/** Well-formed text: any code point, with the characters that JSON, HTML and UTF-16 find difficult made likely. */
export function arbitraryText(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.string({ maxLength: 12 }) },
    { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
    { weight: 1, arbitrary: fc.constantFrom("", "😀", "a\u0000b", '"\\', "\u2028", "\\ud83d", "ｆ", "__proto__") },
  );
}

function messageOf<Desc extends DescMessage>(schema: Desc, context: Context): fc.Arbitrary<MessageShape<Desc>> {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  for (const member of schema.members) {
    members[member.localName] = member.kind === "oneof" ? oneofOf(member, context) : fieldOf(member, context);
  }
  return fc.record(members).map((init) => make(schema, init));
}

function make<Desc extends DescMessage>(schema: Desc, init: Record<string, unknown>): MessageShape<Desc> {
  // CAST: every property was made for the member of its name.
  return create(schema, init as MessageInitShape<Desc>);
}

function isTextField(schema: DescMessage, localName: string): boolean {
  return schema.field[localName]?.scalar === ScalarType.STRING && schema.field[localName].fieldKind === "scalar";
}

function oneofOf(oneof: DescOneof, context: Context): fc.Arbitrary<unknown> {
  const arms = oneof.fields
    .filter((field) => canHold(field, context))
    .map((field) => fc.record({ case: fc.constant(field.localName), value: singular(field, context) }));
  return fc.oneof(fc.constant({ case: undefined }), ...arms);
}

/** A message field is absent where the nesting ends and where nothing can be in it. */
function canHold(field: DescField, context: Context): boolean {
  if (field.message === undefined) return true;
  if (field.message.typeName === "google.protobuf.Any") return context.anyOf.length > 0 && context.depth > 0;
  return context.depth > 0 || field.message.typeName.startsWith("google.protobuf.");
}

function fieldOf(field: DescField, context: Context): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case "list":
      return canHold(field, context) ? fc.array(singular(field, context), { maxLength: 3 }) : fc.constant([]);
    case "map":
      if (!canHold(field, context)) return fc.constant({});
      return fc
        .array(fc.tuple(mapKey(field.mapKey), singular(field, context)), { maxLength: 3 })
        .map(Object.fromEntries);
    case "message":
      return canHold(field, context) ? optional(singular(field, context)) : fc.constant(undefined);
    default:
      return field.proto.proto3Optional ? optional(singular(field, context)) : singular(field, context);
  }
}

function optional(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.option(value, { nil: undefined, freq: 2 });
}

function singular(field: DescField, context: Context): fc.Arbitrary<unknown> {
  if (field.message !== undefined) return nested(field, field.message, context);
  if (field.enum !== undefined) return enumOf(field.enum);
  const wide = "longAsString" in field && field.longAsString;
  const value = scalarOf(field.scalar ?? ScalarType.STRING);
  return wide ? value.map(String) : value;
}

function nested(field: DescField, schema: DescMessage, context: Context): fc.Arbitrary<unknown> {
  const inner: Context = { ...context, depth: context.depth - 1 };
  const wrapped = isWrapperDesc(schema) ? schema.fields[0] : undefined;
  if (wrapped !== undefined) {
    const bare = singular(wrapped, inner);
    const isBare = field.fieldKind === "message" && field.oneof === undefined;
    return isBare ? bare : bare.map((value) => make(schema, { value }));
  }
  switch (schema.typeName) {
    case "google.protobuf.Struct":
      return structOf();
    case "google.protobuf.Any":
      return fc.oneof(...inner.anyOf.map((held) => messageOf(held, inner).map((message) => anyPack(held, message))));
    case "google.protobuf.Value":
    case "google.protobuf.ListValue": {
      const json = schema.typeName.endsWith("ListValue") ? fc.array(jsonOf(), { maxLength: 3 }) : jsonOf();
      return json.map((value) => fromJson(schema, value));
    }
    case "google.protobuf.Timestamp":
      return fc
        .tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 0, max: 999_999_999 }))
        .map(([seconds, nanos]) => make(schema, { seconds: BigInt(seconds), nanos }));
    case "google.protobuf.Duration":
      return fc
        .tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 0, max: 999_999_999 }))
        .map(([seconds, nanos]) => make(schema, { seconds: BigInt(seconds), nanos }));
    case "google.protobuf.FieldMask":
      return fc
        .array(fc.constantFrom("name", "a.b", "user_id"), { maxLength: 3 })
        .map((paths) => make(schema, { paths }));
    default:
      return messageOf(schema, inner);
  }
}

function jsonOf(): fc.Arbitrary<JsonObject[string]> {
  const leaf = fc.oneof(fc.constant(null), fc.boolean(), finiteDouble(), arbitraryText());
  const list = fc.array(leaf, { maxLength: 2 });
  return fc.oneof(leaf, list, fc.dictionary(jsonKey(), fc.oneof(leaf, list), { maxKeys: 2, noNullPrototype: true }));
}

function structOf(): fc.Arbitrary<JsonObject> {
  return fc.dictionary(jsonKey(), jsonOf(), { maxKeys: 3, noNullPrototype: true });
}

function jsonKey(): fc.Arbitrary<string> {
  return arbitraryText().filter((key) => key !== "__proto__");
}

function enumOf(schema: DescEnum): fc.Arbitrary<number> {
  const known = fc.constantFrom(...schema.values.map(({ number }) => number));
  return schema.open ? fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: int32() }) : known;
}

function mapKey(type: ScalarType): fc.Arbitrary<PropertyKey> {
  return type === ScalarType.STRING ? jsonKey() : scalarOf(type).map(String);
}

function scalarOf(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return arbitraryText();
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 6 });
    case ScalarType.DOUBLE:
      return fc.oneof(finiteDouble(), fc.integer(), fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY));
    case ScalarType.FLOAT:
      return fc.oneof(fc.float(), fc.constant(0));
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return fc.oneof(int32(), fc.constant(0));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constant(0));
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(0n, 2n ** 64n - 1n));
  }
}

function int32(): fc.Arbitrary<number> {
  return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
}

function finiteDouble(): fc.Arbitrary<number> {
  return fc.double({ noNaN: true, noDefaultInfinity: true });
}
