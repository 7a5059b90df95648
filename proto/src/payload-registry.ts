/**
 * Owns the known payload types and their one text form: protobuf JSON of an Any, with "@type". The same text goes to
 * storage and into frames. Does not know names of events or kinds: who pairs them with a schema passes the schema.
 */
import {
  createRegistry,
  type DescMessage,
  fromJson,
  isMessage,
  type MessageShape,
  type JsonObject as ProtobufJsonObject,
  type Registry,
} from "@bufbuild/protobuf";
import { isFieldError } from "@bufbuild/protobuf/reflect";
import { isForbiddenKey } from "./entity-patch/forbidden-key.ts";
import { SessionStreamError } from "./error-code.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { findOutOfBounds } from "./json-bounds.ts";
import { writeFields } from "./message-json.ts";
import { findUnsendable, hasLoneSurrogate } from "./well-formed.ts";

/** Messages within messages of a payload, Structs counted at every level. */
const MAX_DEPTH = 100;

const ANY = "google.protobuf.Any";
const TYPE_PREFIX = "type.googleapis.com/";

export interface PayloadRegistry {
  get(typeName: string): DescMessage | undefined;
  /** The registered types with all types of their files: what an Any inside a payload may hold. */
  readonly registry: Registry;
}

/**
 * @throws SessionStreamError `invalid_options` for a type that cannot be a payload: an open or well-known type (wrap it
 * in a message of your own), a field with a reserved JSON name, another schema under a name that is taken.
 */
export function createPayloadRegistry(schemas: Iterable<DescMessage>): PayloadRegistry {
  const known = new Map<string, DescMessage>();
  for (const schema of schemas) {
    const taken = known.get(schema.typeName);
    if (taken !== undefined && taken !== schema) {
      throw invalidType(schema, "is registered twice, with different schemas: import it from one place");
    }
    checkPayloadType(schema);
    known.set(schema.typeName, schema);
  }
  const files = new Set([...known.values()].flatMap(({ file }) => [...file.dependencies, file]));
  // An Any inside an Any says twice that it may be anything, at any depth.
  const types = [...createRegistry(...files, ...known.values())].filter(({ typeName }) => typeName !== ANY);
  return { get: (typeName) => known.get(typeName), registry: createRegistry(...types) };
}

function checkPayloadType(schema: DescMessage): void {
  if (schema.typeName.startsWith("google.protobuf.")) {
    throw invalidType(
      schema,
      "says nothing about its content: declare a message of your own, with it as a field if need be",
    );
  }
  for (const field of schema.fields) {
    if (field.jsonName === "value" || isForbiddenKey(field.jsonName)) {
      throw invalidType(schema, `has a field "${field.jsonName}", a name reserved in JSON: rename the field`);
    }
  }
}

function invalidType(schema: DescMessage, problem: string): SessionStreamError {
  return new SessionStreamError("invalid_options", `Payload type ${schema.typeName} ${problem}`);
}

/** @throws SessionStreamError `invalid_event`: the message is of another type, or holds what JSON cannot say. */
export function encodePayload<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  registry: PayloadRegistry,
): string {
  if (registry.get(schema.typeName) !== schema) {
    throw new SessionStreamError(
      "invalid_event",
      `${schema.typeName} is not registered: add its schema to the registry`,
    );
  }
  if (!isMessage(message, schema)) {
    throw new SessionStreamError("invalid_event", `Expected a message of ${schema.typeName}: make it with create()`);
  }
  try {
    const json = writeFields({ "@type": TYPE_PREFIX + schema.typeName }, schema, message, registry.registry);
    const text = JSON.stringify(json);
    if (hasLoneSurrogate(text)) throw new TypeError(findUnsendable(json) ?? "a text has a lone surrogate");
    return text;
  } catch (cause) {
    throw new SessionStreamError("invalid_event", `${schema.typeName} cannot be encoded: ${reason(cause)}`, { cause });
  }
}

/**
 * Fields this side does not know are ignored: a newer peer may have written them.
 * @throws SessionStreamError `invalid_event`: no JSON, another "@type" than the schema's, or a field of a wrong type.
 */
export function decodePayload<Desc extends DescMessage>(
  schema: Desc,
  text: string,
  registry: PayloadRegistry,
): MessageShape<Desc> {
  const { "@type": typeUrl, ...fields } = parseObject(text, schema);
  if (typeNameIn(typeUrl) !== schema.typeName) {
    throw new SessionStreamError(
      "invalid_event",
      `Expected a payload of ${schema.typeName}, not what its "@type" says`,
    );
  }
  return read(schema, fields, registry, "invalid_event");
}

/** Which message a stored payload is of, by its "@type"; `null` when it does not say. */
export function payloadTypeName(text: string): string | null {
  try {
    // CAST: whatever it is, asking for a member gives something or nothing.
    return typeNameIn((JSON.parse(text) as JsonObject | null)?.["@type"]);
  } catch {
    // Whoever decodes it says what is wrong with it.
    return null;
  }
}

function typeNameIn(typeUrl: unknown): string | null {
  return typeof typeUrl === "string" ? typeUrl.slice(typeUrl.lastIndexOf("/") + 1) : null;
}

/**
 * Reads a command as a client posts it: plain protobuf JSON without "@type". Unknown fields are ignored.
 * @throws SessionStreamError `invalid_command`
 */
export function decodeCommandPayload<Desc extends DescMessage>(
  schema: Desc,
  json: JsonObject,
  registry: PayloadRegistry,
): MessageShape<Desc> {
  const problem = findOutOfBounds(json) ?? findUnsendable(json);
  if (problem !== null) throw new SessionStreamError("invalid_command", `${schema.typeName}: ${problem}`);
  return read(schema, json, registry, "invalid_command");
}

function parseObject(text: string, schema: DescMessage): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SessionStreamError("invalid_event", `A payload of ${schema.typeName} is no JSON text`, { cause });
  }
  if (isJsonObject(json)) return json;
  throw new SessionStreamError("invalid_event", `A payload of ${schema.typeName} is no JSON object`);
}

function read<Desc extends DescMessage>(
  schema: Desc,
  json: JsonObject,
  { registry }: PayloadRegistry,
  code: "invalid_event" | "invalid_command",
): MessageShape<Desc> {
  try {
    // CAST: our JSON type is the same as protobuf-es's, but for being readonly.
    return fromJson(schema, json as ProtobufJsonObject, {
      registry,
      ignoreUnknownFields: true,
      recursionLimit: MAX_DEPTH,
    });
  } catch (cause) {
    throw new SessionStreamError(code, `${schema.typeName} cannot be decoded: ${unreadable(cause)}`, { cause });
  }
}

/** Names the field and not its value: the message goes to logs, and a payload must not (X31). */
function unreadable(cause: unknown): string {
  return isFieldError(cause) ? `${cause.field()} has a value it cannot hold` : "it is not of this type";
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
