/**
 * Owns text → typed frame: one JSON.parse and hand checks of the envelope, no walk through payloads. Never throws: what
 * cannot be read is a result like any other.
 */
import { type EntityPatchJson, entityKey, isErrorCode, SessionStreamError } from "@sessionstream/protocol";
import type { EntityChange } from "../backend/chat-backend.ts";
import type { TimelineEntity } from "../timeline/entity.ts";
import {
  type Fields,
  fields,
  flag,
  isFields,
  list,
  Malformed,
  number,
  ordinal,
  payload,
  requiredText,
  text,
} from "./fields.ts";
import type { ServerFrame, SnapshotFrame, SubscriptionHead } from "./server-frame.ts";

export type DecodedFrame =
  | { readonly ok: true; readonly frame: ServerFrame }
  /** `sessionId` is empty when not even that could be read. */
  | { readonly ok: false; readonly sessionId: string; readonly message: string };

const ARMS: ReadonlySet<string> = new Set([
  "timeline",
  "uiEvent",
  "ephemeral",
  "snapshot",
  "subscribed",
  "unsubscribed",
  "error",
  "ping",
  "pong",
  "hello",
  "draining",
]);

export function decodeServerFrame(source: string): DecodedFrame {
  let body: unknown;
  try {
    const json = fields(JSON.parse(source), "frame");
    const keys = Object.keys(json);
    const arm = keys.find((key) => ARMS.has(key));
    if (arm === undefined) return { ok: true, frame: { type: "unknown", arm: keys[0] ?? "" } };
    body = json[arm];
    return { ok: true, frame: decodeArm(arm, fields(body, arm)) };
  } catch (cause) {
    const sessionId = isFields(body) && typeof body["sessionId"] === "string" ? body["sessionId"] : "";
    // The text of a JSON syntax error quotes the source, and a source may hold what no log should.
    return { ok: false, sessionId, message: cause instanceof Malformed ? cause.message : "not JSON" };
  }
}

function decodeArm(arm: string, body: Fields): ServerFrame {
  switch (arm) {
    case "timeline":
      return {
        type: "timeline",
        sessionId: text(body["sessionId"], "sessionId"),
        epoch: text(body["epoch"], "epoch"),
        prevOrdinal: ordinal(body["prevOrdinal"], "prevOrdinal"),
        ordinal: ordinal(body["ordinal"], "ordinal"),
        tag: text(body["tag"], "tag"),
        changes: list(body["changes"], "changes").map(decodeChange),
      };
    case "uiEvent":
      return {
        type: "ui-event",
        sessionId: text(body["sessionId"], "sessionId"),
        ordinal: ordinal(requiredText(body["eventOrdinal"], "eventOrdinal"), "eventOrdinal"),
        name: requiredText(body["name"], "name"),
        payload: payload(body["payload"], "payload"),
      };
    case "ephemeral":
      return {
        type: "ephemeral",
        sessionId: text(body["sessionId"], "sessionId"),
        key: requiredText(body["key"], "key"),
        ttlMs: number(body["ttlMs"], "ttlMs"),
        payload: (body["payload"] ?? null) === null ? undefined : payload(body["payload"], "payload"),
      };
    case "snapshot":
      return decodeSnapshot(body);
    case "ping":
      return {
        type: "ping",
        nonce: text(body["nonce"], "nonce"),
        heads: list(body["heads"], "heads").map(decodeHead),
      };
    case "pong":
      return { type: "pong", nonce: text(body["nonce"], "nonce") };
    case "hello":
      return {
        type: "hello",
        connectionId: text(body["connectionId"], "connectionId"),
        capabilities: list(body["capabilities"], "capabilities").map((name) => text(name, "capability")),
        protocolMin: number(body["protocolMin"], "protocolMin"),
        heartbeatIntervalMs: number(body["heartbeatIntervalMs"], "heartbeatIntervalMs"),
      };
    case "subscribed":
    case "unsubscribed":
      return { type: arm, sessionId: text(body["sessionId"], "sessionId") };
    case "error":
      return {
        type: "error",
        sessionId: text(body["sessionId"], "sessionId"),
        requestId: text(body["requestId"], "requestId"),
        error: decodeError(body),
      };
    case "draining":
      return { type: "draining", afterMs: number(body["afterMs"], "afterMs") };
    default:
      return { type: "unknown", arm };
  }
}

function decodeChange(value: unknown): EntityChange {
  const change = fields(value, "change");
  const kind = requiredText(change["kind"], "change.kind");
  const id = requiredText(change["id"], "change.id");
  const at = ordinal(change["ordinal"], "change.ordinal");
  const createdOrdinal = ordinal(change["createdOrdinal"], "change.createdOrdinal");
  if (change["patch"] !== undefined) {
    const patch = fields(change["patch"], "patch");
    return {
      type: "patch",
      kind,
      id,
      ordinal: at,
      createdOrdinal,
      updatedAt: number(change["updatedAt"], "change.updatedAt"),
      open: flag(change["open"], "change.open"),
      baseOrdinal: ordinal(patch["baseOrdinal"], "patch.baseOrdinal"),
      // CAST: its fields are checked where it is applied, one by one.
      patch: patch as EntityPatchJson,
    };
  }
  if (change["put"] !== undefined) {
    const put = fields(change["put"], "put");
    const entity: TimelineEntity = {
      key: entityKey(kind, id),
      kind,
      id,
      createdOrdinal,
      createdIndex: number(put["createdIndex"], "put.createdIndex"),
      lastEventOrdinal: at,
      createdAt: number(put["createdAt"], "put.createdAt"),
      updatedAt: number(change["updatedAt"], "change.updatedAt"),
      open: flag(change["open"], "change.open"),
      commandId: text(put["commandId"], "put.commandId") || undefined,
      payload: payload(put["payload"], "put.payload"),
    };
    return { type: "put", entity };
  }
  if (change["remove"] === undefined) throw new Malformed("a change is none of put, patch and remove");
  return { type: "remove", kind, id, ordinal: at, createdOrdinal };
}

function decodeSnapshot(body: Fields): SnapshotFrame {
  const mode = decodeMode(body["mode"]);
  const entities: TimelineEntity[] = [];
  const removed: { kind: string; id: string }[] = [];
  for (const item of list(body["entities"], "entities")) {
    const entity = decodeEntity(fields(item, "entity"));
    if (entity.type === "removed") removed.push(entity.key);
    else entities.push(entity.entity);
  }
  return {
    type: "snapshot",
    sessionId: text(body["sessionId"], "sessionId"),
    ordinal: ordinal(body["snapshotOrdinal"], "snapshotOrdinal"),
    epoch: text(body["epoch"], "epoch"),
    view: text(body["view"], "view"),
    tag: text(body["tag"], "tag"),
    mode: mode ?? "full",
    sinceOrdinal: ordinal(body["sinceOrdinal"], "sinceOrdinal"),
    floor: ordinal(body["windowFloor"], "windowFloor"),
    hasEarlier: flag(body["hasEarlier"], "hasEarlier"),
    part: number(body["part"], "part"),
    // A reference server knows no parts: what it sends is whole.
    lastPart: mode === null || flag(body["lastPart"], "lastPart"),
    requestId: text(body["requestId"], "requestId"),
    entities,
    removed,
  };
}

/** Names or numbers; `null` when the server knows no modes. */
function decodeMode(value: unknown): SnapshotFrame["mode"] | null {
  switch (value) {
    case undefined:
    case null:
    case 0:
    case "SNAPSHOT_MODE_UNSPECIFIED":
      return null;
    case 1:
    case "SNAPSHOT_MODE_FULL":
      return "full";
    case 2:
    case "SNAPSHOT_MODE_DELTA":
      return "delta";
    case 3:
    case "SNAPSHOT_MODE_PAGE":
      return "page";
    default:
      throw new Malformed("the snapshot's mode is unknown");
  }
}

type DecodedEntity =
  | { readonly type: "entity"; readonly entity: TimelineEntity }
  | { readonly type: "removed"; readonly key: { readonly kind: string; readonly id: string } };

function decodeEntity(body: Fields): DecodedEntity {
  const kind = requiredText(body["kind"], "entity.kind");
  const id = requiredText(body["id"], "entity.id");
  if (flag(body["tombstone"], "entity.tombstone")) return { type: "removed", key: { kind, id } };
  return {
    type: "entity",
    entity: {
      key: entityKey(kind, id),
      kind,
      id,
      createdOrdinal: ordinal(body["createdOrdinal"], "entity.createdOrdinal"),
      createdIndex: number(body["createdIndex"], "entity.createdIndex"),
      lastEventOrdinal: ordinal(body["lastEventOrdinal"], "entity.lastEventOrdinal"),
      createdAt: number(body["createdAt"], "entity.createdAt"),
      updatedAt: number(body["updatedAt"], "entity.updatedAt"),
      open: flag(body["open"], "entity.open"),
      commandId: text(body["commandId"], "entity.commandId") || undefined,
      payload: payload(body["payload"], "entity.payload"),
    },
  };
}

function decodeHead(value: unknown): SubscriptionHead {
  const head = fields(value, "head");
  return {
    sessionId: text(head["sessionId"], "head.sessionId"),
    epoch: text(head["epoch"], "head.epoch"),
    ordinal: ordinal(head["ordinal"], "head.ordinal"),
  };
}

function decodeError(body: Fields): SessionStreamError {
  const said = text(body["code"], "code");
  const code = isErrorCode(said) ? said : said === "hydration_buffer_overflow" ? "buffer_overflow" : "protocol_error";
  const retryAfterMs = number(body["retryAfterMs"], "retryAfterMs");
  const errorId = text(body["errorId"], "errorId");
  return new SessionStreamError(code, text(body["message"], "message") || `The server reported ${said}`, {
    ...(code === said ? {} : { reason: said }),
    // Absent where a server does not know the field: then the code itself answers.
    ...(flag(body["retryable"], "retryable") ? { retryable: true } : {}),
    ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
    ...(errorId === "" ? {} : { errorId }),
  });
}
