// Main entry: a hub, what its modules are declared with, and memory storage. Transports, chat, SQLite and testing are
// subpaths.

export {
  accept,
  type CommandRequest,
  type CommandType,
  type Decision,
  defineCommand,
  type Principal,
  reject,
} from "./command/define-command.ts";
export {
  type DirectoryEntry,
  type DirectoryMark,
  type DirectoryMessage,
  type DirectoryPage,
  type DirectoryQuery,
  MAX_PAGE,
  RECENT_MESSAGES,
  type SessionActivity,
  type SessionDirectory,
} from "./directory/contract.ts";
export { type MemoryDirectoryContents, memoryDirectory } from "./directory/memory-directory.ts";
export type {
  Doorbell,
  DoorbellListener,
  EphemeralNotice,
  HeadNotice,
  Notice,
  ProbeNotice,
  RevokedNotice,
} from "./doorbell/contract.ts";
export { localDoorbell } from "./doorbell/local-doorbell.ts";
export type { DueEffect, Effect, EffectContext, PublishOptions, PublishResult } from "./effect/effect.ts";
export {
  defineEvent,
  type EventInput,
  type EventType,
  event,
  type SessionEvent,
  type Visibility,
} from "./event/define-event.ts";
export { defineUpcaster, type Upcaster } from "./event/upcaster.ts";
export type { FanOutLimits } from "./fan-out/fan-out-limits.ts";
export type { AnyRecord, OpaqueRecord } from "./fan-out/lane-reader.ts";
export type {
  AttachRequest,
  ConnectionSink,
  EncodedFrame,
  PageQuery,
  SubscriberSink,
  Subscription,
} from "./fan-out/subscriber.ts";
export type { BellState } from "./hub/bell.ts";
export { createHub } from "./hub/create-hub.ts";
export type { ErrorRecord, ErrorRecordKind, ErrorRecordStorage } from "./hub/error-records.ts";
export { FAILPOINTS, type Failpoint, type FailpointName } from "./hub/failpoint.ts";
export type { CommandAck, Hub, HubStats, SessionSnapshot, SnapshotQuery, SubmitRequest } from "./hub/hub.ts";
export type { HubModule } from "./hub/hub-module.ts";
export {
  type Action,
  type Authorize,
  type AuthorizeRequest,
  type CheckpointPolicy,
  DEFAULT_CHECKPOINT_POLICY,
  DEFAULT_HUB_LIMITS,
  type HubLimits,
  type HubOptions,
} from "./hub/hub-options.ts";
export { memoryErrorRecords } from "./hub/memory-error-records.ts";
export type { PipelineChange, PipelineEvent, PipelineRecord, PipelineUnit } from "./hub/pipeline-record.ts";
export type { Retained, RetentionPolicy } from "./hub/retention-policy.ts";
export type { Revocation, RevocationChannel } from "./hub/revocation.ts";
export { devInsecure, type InsecureDecisions } from "./platform/dev-insecure.ts";
export type { HubPlatform } from "./platform/hub-platform.ts";
export { nodePlatform } from "./platform/node-platform.ts";
export {
  type Audience,
  defineEntityKind,
  type EntityKind,
  type EntityKindOptions,
} from "./projection/define-entity-kind.ts";
export {
  append,
  defineProjection,
  type EntityWrite,
  type EventHandler,
  on,
  type Project,
  type Projection,
  put,
  remove,
} from "./projection/define-projection.ts";
export type { EntityRecord, SessionView } from "./projection/view.ts";
export {
  type CommitResult,
  type Durability,
  type EntityChanges,
  type EntityIdentity,
  isRedactable,
  isRetention,
  isShared,
  type Lease,
  type LeaseKey,
  type LoadedSession,
  type MessageStorageAdapter,
  type RedactableStorage,
  type RetentionStorage,
  type RewriteResult,
  type SessionBase,
  type SessionCommit,
  type SessionHead,
  type SessionKey,
  type SessionRedaction,
  type SessionTruncation,
  type SharedMessageStorage,
  type StorageCapabilities,
  type StoredCommand,
  type StoredEntity,
  type StoredEvent,
} from "./storage/contract.ts";
export { type MemoryStorageContents, memoryStorage } from "./storage/memory/memory-storage.ts";
export { type SharedMemory, sharedMemory, sharedMemoryStorage } from "./storage/memory/shared-memory-storage.ts";
