/**
 * Owns server frames that carry payloads: texts in, text out. Payload texts are spliced in as they are, because walking
 * a schema per subscriber or per snapshot is what a server cannot afford. Headers omit zero values, as protobuf JSON does.
 * Trusts its input: payload texts come from encodePayload, names and ids were checked where they entered.
 */
import type { PatchAppend, PatchBody } from "./entity-patch/diff.ts";

export interface EntityMeta {
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  readonly createdIndex: number;
  readonly lastEventOrdinal: bigint;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly open: boolean;
  readonly commandId?: string | undefined;
}

export interface SpliceEntityOptions {
  /** The entity is gone; goes with a `null` payload. */
  readonly tombstone?: boolean;
  /** Only what the reference knows. */
  readonly reference?: boolean;
}

export interface SnapshotHeader {
  readonly sessionId: string;
  readonly ordinal: bigint;
  readonly epoch: string;
  readonly view: string;
  readonly tag: string;
  readonly mode: "FULL" | "DELTA" | "PAGE";
  readonly sinceOrdinal?: bigint;
  readonly windowFloor: bigint;
  readonly hasEarlier: boolean;
  readonly part: number;
  readonly lastPart: boolean;
  readonly requestId: string;
}

export interface ChangeHeader {
  readonly kind: string;
  readonly id: string;
  readonly ordinal: bigint;
  readonly createdOrdinal: bigint;
  readonly updatedAt: number;
  readonly open: boolean;
}

export interface TimelineHeader {
  readonly sessionId: string;
  readonly epoch: string;
  readonly prevOrdinal: bigint;
  readonly ordinal: bigint;
  readonly tag: string;
}

/** JSON of a SnapshotEntity. */
export function spliceEntity(meta: EntityMeta, payloadText: string | null, options: SpliceEntityOptions = {}): string {
  const shared =
    `{"kind":${quote(meta.kind)}` +
    text("id", meta.id) +
    ordinal("createdOrdinal", meta.createdOrdinal) +
    ordinal("lastEventOrdinal", meta.lastEventOrdinal) +
    flag("tombstone", options.tombstone === true) +
    json("payload", payloadText);
  if (options.reference === true) return `${shared}}`;
  const ours =
    number("createdIndex", meta.createdIndex) +
    number("createdAt", meta.createdAt) +
    number("updatedAt", meta.updatedAt) +
    flag("open", meta.open) +
    text("commandId", meta.commandId ?? "");
  return `${shared}${ours}}`;
}

/** A whole ServerFrame. */
export function spliceSnapshot(header: SnapshotHeader, entities: readonly string[]): string {
  const head =
    `{"snapshot":{"sessionId":${quote(header.sessionId)}` +
    ordinal("snapshotOrdinal", header.ordinal) +
    text("epoch", header.epoch) +
    text("view", header.view) +
    text("tag", header.tag) +
    `,"mode":"SNAPSHOT_MODE_${header.mode}"` +
    ordinal("sinceOrdinal", header.sinceOrdinal ?? 0n) +
    ordinal("windowFloor", header.windowFloor) +
    flag("hasEarlier", header.hasEarlier) +
    number("part", header.part) +
    flag("lastPart", header.lastPart) +
    text("requestId", header.requestId);
  return `${head}${list("entities", entities)}}}`;
}

/** A whole ServerFrame as the reference sends it. */
export function spliceReferenceSnapshot(
  sessionId: string,
  snapshotOrdinal: bigint,
  entities: readonly string[],
): string {
  const head = `{"snapshot":{"sessionId":${quote(sessionId)}${ordinal("snapshotOrdinal", snapshotOrdinal)}`;
  return `${head}${list("entities", entities)}}}`;
}

/** JSON of an EntityChange whose entity appears, or comes whole. */
export function splicePut(change: ChangeHeader, entityText: string): string {
  return `${changeHead(change)},"put":${entityText}}`;
}

/** JSON of an EntityChange that alters what the client holds at `baseOrdinal`. */
export function splicePatch(change: ChangeHeader, baseOrdinal: bigint, body: PatchBody): string {
  const patch =
    `{"baseOrdinal":"${baseOrdinal}"` +
    (isEmpty(body.set) ? "" : `,"set":${JSON.stringify(body.set)}`) +
    (body.clear.length === 0 ? "" : `,"clear":${JSON.stringify(body.clear)}`) +
    list("append", body.append.map(appendText));
  return `${changeHead(change)},"patch":${patch}}}`;
}

function appendText(append: PatchAppend): string {
  return `{"field":${quote(append.field)}${number("offset", append.offset)}${text("text", append.text)}}`;
}

/** JSON of an EntityChange that takes the entity away. */
export function spliceRemove(change: ChangeHeader): string {
  return `${changeHead(change)},"remove":{}}`;
}

/** A whole ServerFrame: one commit. */
export function spliceTimeline(header: TimelineHeader, changes: readonly string[]): string {
  const head =
    `{"timeline":{"sessionId":${quote(header.sessionId)}` +
    text("epoch", header.epoch) +
    ordinal("prevOrdinal", header.prevOrdinal) +
    ordinal("ordinal", header.ordinal) +
    text("tag", header.tag);
  return `${head}${list("changes", changes)}}}`;
}

/** A whole ServerFrame for reference peers. */
export function spliceUiEvent(sessionId: string, eventOrdinal: bigint, name: string, payloadText: string): string {
  const head = `{"uiEvent":{"sessionId":${quote(sessionId)}${ordinal("eventOrdinal", eventOrdinal)}${text("name", name)}`;
  return `${head},"payload":${payloadText}}}`;
}

/** A whole ServerFrame; `null` says that the key is gone. */
export function spliceEphemeral(sessionId: string, key: string, ttlMs: number, payloadText: string | null): string {
  const head = `{"ephemeral":{"sessionId":${quote(sessionId)}${text("key", key)}${number("ttlMs", ttlMs)}`;
  return `${head}${json("payload", payloadText)}}}`;
}

function changeHead(change: ChangeHeader): string {
  return (
    `{"kind":${quote(change.kind)}` +
    text("id", change.id) +
    ordinal("ordinal", change.ordinal) +
    ordinal("createdOrdinal", change.createdOrdinal) +
    number("updatedAt", change.updatedAt) +
    flag("open", change.open)
  );
}

// A member is `,"name":value`, or "" for a zero value: every object opens with a member it always has.

function text(name: string, value: string): string {
  return value === "" ? "" : `,"${name}":${quote(value)}`;
}

function ordinal(name: string, value: bigint): string {
  return value === 0n ? "" : `,"${name}":"${value}"`;
}

function number(name: string, value: number): string {
  return value === 0 ? "" : `,"${name}":${value}`;
}

function flag(name: string, value: boolean): string {
  return value ? `,"${name}":true` : "";
}

function json(name: string, value: string | null): string {
  return value === null ? "" : `,"${name}":${value}`;
}

function list(name: string, items: readonly string[]): string {
  return items.length === 0 ? "" : `,"${name}":[${items.join(",")}]`;
}

/** Characters that JSON escapes, and surrogates, which JSON.stringify judges. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Twice as fast as JSON.stringify for what nearly all texts are. */
function quote(value: string): string {
  return ESCAPED.test(value) ? JSON.stringify(value) : `"${value}"`;
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
