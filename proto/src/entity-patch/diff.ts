/**
 * Owns the difference between two payloads of one schema, as the body of an EntityPatch (PROTOCOL.md P-47 to P-53).
 * Top-level: a changed message, list or map goes whole. The law, for all a and b:
 * `applyEntityPatch(json(a), diffPayload(schema, a, b))` equals `json(b)`, where `json` includes implicit zeros.
 */
import { type DescField, type DescMessage, type MessageShape, ScalarType } from "@bufbuild/protobuf";
import { SessionStreamError } from "../error-code.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { jsonEquals } from "../json-equals.ts";
import { fieldValue, valueToJson } from "../message-json.ts";
import type { PayloadRegistry } from "../payload-registry.ts";
import { findUnsendable } from "../well-formed.ts";

/** Says that `text` was added to a string field, so that nobody has to compare what was there before. */
export interface AppendHint {
  /** Name of the field in the message (localName). */
  readonly field: string;
  /** Length before, in UTF-16 code units. */
  readonly offset: number;
  readonly text: string;
}

export interface PatchAppend {
  /** JSON name. */
  readonly field: string;
  readonly offset: number;
  readonly text: string;
}

export interface PatchBody {
  /** JSON name → new value in protobuf JSON form, zeros included. */
  readonly set: JsonObject;
  /** JSON names of keys that disappear. */
  readonly clear: readonly string[];
  readonly append: readonly PatchAppend[];
}

export interface DiffOptions {
  readonly registry: PayloadRegistry;
  /** In the order they happened. One that does not fit the lengths of both texts is ignored. */
  readonly appends?: readonly AppendHint[];
}

/**
 * @returns `null` when the payloads are equal.
 * @throws SessionStreamError `invalid_entity` when something that changed cannot be sent (lone surrogate, wrong type).
 */
export function diffPayload<Desc extends DescMessage>(
  schema: Desc,
  before: MessageShape<Desc>,
  after: MessageShape<Desc>,
  options: DiffOptions,
): PatchBody | null {
  if (before === after) return null;
  const set: Record<string, JsonValue> = {};
  const clear: string[] = [];
  const append: PatchAppend[] = [];
  for (const field of schema.fields) {
    const old = fieldValue(before, field);
    const now = fieldValue(after, field);
    if (now === undefined) {
      if (old !== undefined) clear.push(field.jsonName);
      continue;
    }
    const grown = typeof old === "string" && typeof now === "string" && isText(field);
    const suffix = grown ? findSuffix(field.localName, old, now, options.appends ?? NO_HINTS) : undefined;
    if (suffix === undefined) {
      if (!isSame(old, now)) setChanged(set, field, old, now, options.registry);
    } else if (grown && suffix !== "") {
      checkSendable(suffix, field);
      append.push({ field: field.jsonName, offset: old.length, text: suffix });
    }
  }
  return clear.length === 0 && append.length === 0 && Object.keys(set).length === 0 ? null : { set, clear, append };
}

const NO_HINTS: readonly AppendHint[] = [];

function isText(field: DescField): boolean {
  return field.fieldKind === "scalar" && field.scalar === ScalarType.STRING;
}

/** What `now` has beyond `old`: from the hints, reading only lengths, else by comparing. `undefined`: it did not grow. */
function findSuffix(name: string, old: string, now: string, hints: readonly AppendHint[]): string | undefined {
  let suffix = "";
  let hinted = false;
  for (const hint of hints) {
    if (hint.field !== name) continue;
    if (hint.offset !== old.length + suffix.length) return compareTexts(old, now);
    suffix += hint.text;
    hinted = true;
  }
  return hinted && old.length + suffix.length === now.length ? suffix : compareTexts(old, now);
}

/** From an empty text nothing grows: `set` says it more plainly. */
function compareTexts(old: string, now: string): string | undefined {
  return old.length > 0 && old.length < now.length && now.startsWith(old) ? now.slice(old.length) : undefined;
}

function isSame(old: unknown, now: unknown): boolean {
  return old === now || (Number.isNaN(old) && Number.isNaN(now));
}

function setChanged(
  set: Record<string, JsonValue>,
  field: DescField,
  old: unknown,
  now: unknown,
  { registry }: PayloadRegistry,
): void {
  try {
    const json = valueToJson(field, now, registry);
    if (old !== undefined && typeof now === "object" && jsonEquals(valueToJson(field, old, registry), json)) return;
    checkSendable(json, field);
    set[field.jsonName] = json;
  } catch (cause) {
    throw SessionStreamError.from(cause, "invalid_entity");
  }
}

function checkSendable(json: JsonValue, field: DescField): void {
  const problem = findUnsendable(json, field.jsonName);
  if (problem !== null) throw new SessionStreamError("invalid_entity", `${field.parent.typeName}: ${problem}`);
}
