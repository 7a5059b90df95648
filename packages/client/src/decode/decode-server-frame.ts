/**
 * Owns text → typed frame: one JSON.parse and hand checks of the envelope, no walk through payloads. Never throws: what
 * cannot be read is a result like any other.
 */
import {
  type EntityPatchJson,
  entityKey,
  isErrorCode,
  isJsonObject,
  SessionStreamError,
} from "@sessionstream/protocol";
import type { EntityChange } from "../backend/chat-backend.ts";
import type { TimelineEntity } from "../timeline/entity.ts";
import {
  asFields,
  type Fields,
  flag,
  has,
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

export function decodeServerFrame(source: string): DecodedFrame {
  let body: unknown;
  try {
    const json = asFields(JSON.parse(source), "frame");
    const arms = Object.keys(json);
    for (const arm of arms) {
      const decode = Object.hasOwn(ARMS, arm) ? ARMS[arm] : undefined;
      if (decode === undefined) continue;
      body = json[arm];
      return { ok: true, frame: decode(asFields(body, arm)) };
    }
    return { ok: true, frame: { type: "unknown", arm: arms[0] ?? "" } };
  } catch (cause) {
    const sessionId = isJsonObject(body) && typeof body["sessionId"] === "string" ? body["sessionId"] : "";
    // The text of a JSON syntax error quotes the source, and a source may hold what no log should.
    return { ok: false, sessionId, message: cause instanceof Malformed ? cause.message : "not JSON" };
  }
}

/** By the name of a frame's arm; an arm of a newer server has none. */
const ARMS: Readonly<Record<string, (body: Fields) => ServerFrame>> = {
  timeline: (body) => ({
    type: "timeline",
    sessionId: text(body, "sessionId"),
    epoch: text(body, "epoch"),
    prevOrdinal: ordinal(body, "prevOrdinal"),
    ordinal: ordinal(body, "ordinal"),
    tag: text(body, "tag"),
    changes: list(body, "changes").map(decodeChange),
  }),
  uiEvent: (body) => ({
    type: "ui-event",
    sessionId: text(body, "sessionId"),
    ordinal: eventOrdinal(body),
    name: requiredText(body, "name"),
    payload: payload(body, "payload"),
  }),
  ephemeral: (body) => ({
    type: "ephemeral",
    sessionId: text(body, "sessionId"),
    key: requiredText(body, "key"),
    ttlMs: number(body, "ttlMs"),
    payload: has(body, "payload") ? payload(body, "payload") : undefined,
  }),
  snapshot: decodeSnapshot,
  ping: (body) => ({ type: "ping", nonce: text(body, "nonce"), heads: list(body, "heads").map(decodeHead) }),
  pong: (body) => ({ type: "pong", nonce: text(body, "nonce") }),
  hello: (body) => ({
    type: "hello",
    connectionId: text(body, "connectionId"),
    capabilities: list(body, "capabilities").filter((name) => typeof name === "string"),
    protocolMin: number(body, "protocolMin"),
    heartbeatIntervalMs: number(body, "heartbeatIntervalMs"),
  }),
  subscribed: (body) => ({ type: "subscribed", sessionId: text(body, "sessionId") }),
  unsubscribed: (body) => ({ type: "unsubscribed", sessionId: text(body, "sessionId") }),
  error: (body) => ({
    type: "error",
    sessionId: text(body, "sessionId"),
    requestId: text(body, "requestId"),
    error: decodeError(body),
  }),
  draining: (body) => ({ type: "draining", afterMs: number(body, "afterMs") }),
  authExpiring: () => ({ type: "auth-expiring" }),
  authenticated: () => ({ type: "authenticated" }),
};

function decodeChange(value: unknown): EntityChange {
  const change = asFields(value, "change");
  const kind = requiredText(change, "kind");
  const id = requiredText(change, "id");
  const at = ordinal(change, "ordinal");
  if (has(change, "patch")) {
    const patch = asFields(change["patch"], "patch");
    return {
      type: "patch",
      kind,
      id,
      ordinal: at,
      createdOrdinal: ordinal(change, "createdOrdinal"),
      updatedAt: number(change, "updatedAt"),
      open: flag(change, "open"),
      baseOrdinal: ordinal(patch, "baseOrdinal"),
      // CAST: its fields are checked where it is applied, one by one.
      patch: patch as EntityPatchJson,
    };
  }
  if (has(change, "put"))
    return { type: "put", entity: entityOf(kind, id, at, change, asFields(change["put"], "put")) };
  if (!has(change, "remove")) throw new Malformed("a change is none of put, patch and remove");
  return { type: "remove", kind, id, ordinal: at, createdOrdinal: ordinal(change, "createdOrdinal") };
}

/** What a change says about its entity goes before what the entity in it says. */
function entityOf(kind: string, id: string, lastEventOrdinal: bigint, change: Fields, put: Fields): TimelineEntity {
  return {
    key: entityKey(kind, id),
    kind,
    id,
    createdOrdinal: ordinal(change, "createdOrdinal"),
    createdIndex: number(put, "createdIndex"),
    lastEventOrdinal,
    createdAt: number(put, "createdAt"),
    updatedAt: number(change, "updatedAt"),
    open: flag(change, "open"),
    commandId: text(put, "commandId") || undefined,
    payload: payload(put, "payload"),
  };
}

function decodeSnapshot(body: Fields): SnapshotFrame {
  const mode = decodeMode(body["mode"]);
  const entities: TimelineEntity[] = [];
  const removed: { kind: string; id: string }[] = [];
  for (const item of list(body, "entities")) {
    const entity = asFields(item, "entity");
    const kind = requiredText(entity, "kind");
    const id = requiredText(entity, "id");
    if (flag(entity, "tombstone")) removed.push({ kind, id });
    else entities.push(entityOf(kind, id, ordinal(entity, "lastEventOrdinal"), entity, entity));
  }
  return {
    type: "snapshot",
    sessionId: text(body, "sessionId"),
    ordinal: ordinal(body, "snapshotOrdinal"),
    epoch: text(body, "epoch"),
    view: text(body, "view"),
    tag: text(body, "tag"),
    mode: mode ?? "full",
    sinceOrdinal: ordinal(body, "sinceOrdinal"),
    floor: ordinal(body, "windowFloor"),
    hasEarlier: flag(body, "hasEarlier"),
    part: number(body, "part"),
    // A reference server knows no parts: what it sends is whole.
    lastPart: mode === null || flag(body, "lastPart"),
    requestId: text(body, "requestId"),
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

/** No event has the ordinal zero. */
function eventOrdinal(event: Fields): bigint {
  requiredText(event, "eventOrdinal");
  return ordinal(event, "eventOrdinal");
}

function decodeHead(value: unknown): SubscriptionHead {
  const head = asFields(value, "head");
  return {
    sessionId: text(head, "sessionId"),
    epoch: text(head, "epoch"),
    ordinal: ordinal(head, "ordinal"),
  };
}

function decodeError(body: Fields): SessionStreamError {
  const said = text(body, "code");
  const code = isErrorCode(said) ? said : said === "hydration_buffer_overflow" ? "buffer_overflow" : "protocol_error";
  const retryAfterMs = number(body, "retryAfterMs");
  const errorId = text(body, "errorId");
  return new SessionStreamError(code, text(body, "message") || `The server reported ${said}`, {
    ...(code === said ? {} : { reason: said }),
    // Absent where a server does not know the field: then the code itself answers.
    ...(flag(body, "retryable") ? { retryable: true } : {}),
    ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
    ...(errorId === "" ? {} : { errorId }),
  });
}
