// Main entry: what both sides share and what needs no protobuf runtime. The client's bundle contains only this.
export { CLOSE_CODES, type CloseAction, type CloseCodeName, closeAction } from "./close-code.ts";
export { type Cursor, UNBORN } from "./cursor.ts";
export { applyEntityPatch, type PatchResult } from "./entity-patch/apply.ts";
export {
  ERROR_CODES,
  type ErrorCode,
  isErrorCode,
  SessionStreamError,
  type SessionStreamErrorOptions,
} from "./error-code.ts";
export { excerpt, messageExcerpt, PREVIEW_LENGTH, TITLE_LENGTH } from "./excerpt.ts";
export type {
  ClientFrameJson,
  EntityChangeJson,
  EntityPatchJson,
  ServerFrameJson,
  SnapshotEntityJson,
  SnapshotFrameJson,
  TimelineFrameJson,
} from "./gen/sessionstream/v1/transport_pb.ts";
export {
  type CommandId,
  commandId,
  type EntityKey,
  type Epoch,
  entityKey,
  isEntityKind,
  isKeepable,
  isSessionId,
  type SessionId,
  sessionId,
} from "./ids.ts";
export { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
export { DEFAULT_JSON_BOUNDS, findOutOfBounds, type JsonBounds } from "./json-bounds.ts";
export { jsonEquals } from "./json-equals.ts";
export { compareOrdinals, formatOrdinal, ORDINAL_MAX, ORDINAL_ZERO, type Ordinal, parseOrdinal } from "./ordinal.ts";
export { plainText } from "./plain-text.ts";
export {
  compareThreads,
  RECENT_MESSAGES,
  type ThreadChange,
  type ThreadFilter,
  type ThreadJson,
  type ThreadMarks,
  type ThreadPageRequest,
  type ThreadPlace,
  type ThreadSummary,
} from "./thread-list.ts";
