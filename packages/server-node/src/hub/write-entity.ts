/**
 * Owns what one write of a projection does to one entity: its new record, or that nothing changed. Checks the write as
 * it does so: what leaves here can be encoded. Does not stage, and enforces no limits.
 * A text that grows is never read: its size is reckoned from what is added.
 */
import { create, type DescField, type DescMessage, equals, type Message, ScalarType } from "@bufbuild/protobuf";
import { isKeepable, SessionStreamError } from "@sessionstream/protocol";
import { encodePayload, type PayloadRegistry } from "@sessionstream/protocol/codec";
import type { SessionEvent } from "../event/define-event.ts";
import type { AnyRecord, RemovedRecord } from "../fan-out/lane-reader.ts";
import { atOnce } from "../platform/hooks.ts";
import type { EntityKind } from "../projection/define-entity-kind.ts";
import type { EntityWrite } from "../projection/define-projection.ts";
import type { EntityRecord } from "../projection/view.ts";
import { appendedBytes, isWellFormed, textBytes } from "./payload-size.ts";
import { isOpaque } from "./records.ts";
import { type AppendChain, StagedChange } from "./staged-view.ts";

export interface WriteContext {
  readonly event: SessionEvent;
  readonly kind: EntityKind;
  readonly payloads: PayloadRegistry;
  /** Position an entity gets if this write creates it. */
  readonly createdIndex: number;
  /** The entity as this write finds it, and what the batch did to it so far. */
  readonly current: AnyRecord | undefined;
  readonly currentBytes: number;
  readonly staged: StagedChange | undefined;
}

type Put = Extract<EntityWrite, { op: "put" }>;
type Append = Extract<EntityWrite, { op: "append" }>;
type Fields = Readonly<Record<string, unknown>>;

/** @returns `null` for no change. @throws SessionStreamError `invalid_entity` */
export function writeEntity(write: EntityWrite, context: WriteContext): StagedChange | null {
  switch (write.op) {
    case "put":
      return putEntity(write, context);
    case "append":
      return appendToEntity(write, context);
    case "remove":
      return removeEntity(write, context);
  }
}

function putEntity({ id, payload, commandId }: Put, context: WriteContext): StagedChange | null {
  const { event, kind, current, staged } = context;
  if (payload?.$typeName !== kind.schema.typeName) {
    throw invalid(kind, id, `its payload is no ${kind.schema.typeName}: make it with put()`);
  }
  // An id may come from a model. A database that cuts a text at a NUL, or refuses it, must not find out.
  if (!isKeepable(id)) throw invalid(kind, "?", "its id has control characters or half a surrogate pair");
  const before = current === undefined || isOpaque(current) ? undefined : current;
  const open = isOpen(kind, payload);
  if (before !== undefined && before.open === open && equals(kind.schema, before.payload, payload)) return null;
  const bytes = textBytes(encodeEntity(kind, payload, context.payloads));
  const place = current ?? {
    createdOrdinal: event.ordinal,
    createdIndex: context.createdIndex,
    createdAt: event.at,
    commandId,
  };
  const after = record(context, id, place, { payload, open });
  return change(staged, context, after, bytes, "unknown");
}

function isOpen(kind: EntityKind, payload: Message): boolean {
  return atOnce(kind.open(payload), `\`open\` of kind "${kind.kind}"`);
}

function appendToEntity({ id, field: name, text, set }: Append, context: WriteContext): StagedChange | null {
  const { kind, current, staged } = context;
  if (current === undefined || isOpaque(current)) throw invalid(kind, id, "there is no such entity to append to");
  const field = textField(kind, id, name);
  if (typeof text !== "string" || !isWellFormed(text)) throw invalid(kind, id, `what is appended is no sendable text`);
  // CAST: messages are plain objects with a property per field; `textField` has checked that this one is a string.
  const old = current.payload as unknown as Fields;
  const grown = old[name] as string;
  const changed = changedFields(kind, id, old, set, field.localName);
  if (text === "" && changed === null) return null;
  const payload = withFields(current.payload, { ...changed, [name]: grown + text });
  const added = changed === null ? 0 : fieldBytes(context, changed) - fieldBytes(context, pick(old, changed));
  const after = record(context, id, current, { payload, open: isOpen(kind, payload) });
  const bytes = context.currentBytes + appendedBytes(text) + added;
  return change(
    staged,
    context,
    after,
    bytes,
    continueChain(staged, { field: name, offset: grown.length, text }, changed),
  );
}

function removeEntity({ id }: { readonly id: string }, context: WriteContext): StagedChange | null {
  const { event, kind, current, staged } = context;
  if (current === undefined || isOpaque(current)) return null;
  const removal: RemovedRecord = {
    kind: kind.kind,
    id,
    createdOrdinal: current.createdOrdinal,
    createdIndex: current.createdIndex,
    lastEventOrdinal: event.ordinal,
    updatedAt: event.at,
    kindIsPublic: kind.visibility === "public",
  };
  return new StagedChange(staged === undefined ? current : staged.before, undefined, removal, 0, "unknown", false);
}

function record(
  { event, kind }: WriteContext,
  id: string,
  place: Pick<EntityRecord, "createdOrdinal" | "createdIndex" | "createdAt" | "commandId">,
  state: { readonly payload: Message; readonly open: boolean },
): EntityRecord {
  return Object.freeze({
    kind,
    id,
    payload: Object.freeze(state.payload),
    createdOrdinal: place.createdOrdinal,
    createdIndex: place.createdIndex,
    lastEventOrdinal: event.ordinal,
    createdAt: place.createdAt,
    updatedAt: event.at,
    open: state.open,
    commandId: place.commandId,
  });
}

function change(
  staged: StagedChange | undefined,
  { current }: WriteContext,
  after: EntityRecord,
  bytes: number,
  appends: StagedChange["appends"],
): StagedChange {
  if (staged === undefined) return new StagedChange(current, after, undefined, bytes, appends, false);
  const recreated = staged.recreated || (staged.before !== undefined && staged.after === undefined);
  return new StagedChange(staged.before, after, staged.removal, bytes, appends, recreated);
}

/** Hints hold only while nothing but appends happened: another write of the same fields would shift the offsets. */
function continueChain(
  staged: StagedChange | undefined,
  hint: AppendChain["hint"],
  changed: Fields | null,
): StagedChange["appends"] {
  const earlier = staged?.appends ?? null;
  if (earlier === "unknown") return "unknown";
  for (let link = earlier; changed !== null && link !== null; link = link.earlier) {
    if (Object.hasOwn(changed, link.hint.field)) return "unknown";
  }
  return { hint, earlier };
}

function textField(kind: EntityKind, id: string, name: string): DescField {
  const field = kind.schema.field[name];
  if (field?.fieldKind === "scalar" && field.scalar === ScalarType.STRING && field.oneof === undefined) return field;
  throw invalid(kind, id, `${kind.schema.typeName} has no plain string field "${name}" to append to`);
}

/** Those of `set` that differ from what is there; `null` when none does. */
function changedFields(kind: EntityKind, id: string, old: Fields, set: Fields, appended: string): Fields | null {
  let changed: Record<string, unknown> | null = null;
  for (const [name, value] of Object.entries(set)) {
    if (name === "$typeName" || name === "$unknown" || Object.is(old[name], value)) continue;
    if (name === appended) throw invalid(kind, id, `"${name}" is both appended to and set`);
    if (!kind.schema.members.some((member) => member.localName === name)) {
      throw invalid(kind, id, `${kind.schema.typeName} has no field "${name}"`);
    }
    changed ??= {};
    changed[name] = value;
  }
  return changed;
}

/** A copy that keeps the prototype: fields with presence have their defaults there. */
function withFields(message: Message, fields: Fields): Message {
  return Object.assign(Object.create(Object.getPrototypeOf(message)), message, fields);
}

/** Bytes of a message with only these fields. Only differences of two such numbers mean anything. */
function fieldBytes({ kind, payloads }: WriteContext, fields: Fields): number {
  return textBytes(encodeEntity(kind, withFields(create(kind.schema), fields), payloads));
}

function pick(from: Fields, keys: Fields): Fields {
  return Object.fromEntries(Object.keys(keys).map((name) => [name, from[name]]));
}

function encodeEntity(kind: EntityKind, payload: Message, payloads: PayloadRegistry): string {
  try {
    return encodePayload<DescMessage>(kind.schema, payload, payloads);
  } catch (cause) {
    throw new SessionStreamError("invalid_entity", SessionStreamError.from(cause).message, { cause });
  }
}

function invalid(kind: EntityKind, id: string, problem: string): SessionStreamError {
  return new SessionStreamError("invalid_entity", `A write of ${kind.kind}/${id} was refused: ${problem}`);
}
