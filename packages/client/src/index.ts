// biome-ignore-all assist/source/organizeImports: in the order of need, not of paths.

// What an application needs: a client over a backend.
export { type ChatClientOptions, createChatClient } from "./create-chat-client.ts";
export {
  type SessionstreamBackendOptions,
  sessionstreamBackend,
} from "./backend/sessionstream/sessionstream-backend.ts";
export {
  createLocalBackend,
  type LocalBackend,
  type LocalBackendOptions,
} from "./backend/local/create-local-backend.ts";
export type { LocalHistory } from "./backend/local/local-history.ts";
export type { LocalChange } from "./backend/local/local-log.ts";
export type { LocalRequest, LocalRespond } from "./backend/local/local-runs.ts";
export type { LocalSession } from "./backend/local/local-session.ts";

// What it gets: a thread, its status, its timeline.
export type { ApprovalAnswer } from "./thread/answer-approval.ts";
export type { ChatClient, ChatThread, SendInput, ThreadLease, TranscriptRow } from "./thread/chat-thread.ts";
export { readSessionSnapshot, type SessionSnapshot } from "./thread/session-snapshot.ts";
export { previewThread, type ThreadPreview } from "./thread/preview-thread.ts";
export type { ResetReason, SessionReset } from "./thread/session-reset.ts";
export type {
  ConnectionStatus,
  HydrationStatus,
  PendingMessage,
  RunPhase,
  RunState,
  ThreadStatus,
} from "./thread/status.ts";
export type { TimelineEntity } from "./timeline/entity.ts";
export type { Ephemeral, Timeline } from "./timeline/timeline.ts";
export {
  type ApprovalPayload,
  approvalPayload,
  CHAT_COMMANDS,
  CHAT_KINDS,
  type ChatMessagePayload,
  chatMessagePayload,
  type RunPayload,
  runPayload,
  type ToolCallPayload,
  type ToolResultPayload,
  toolCallPayload,
  toolResultPayload,
} from "./thread/chat-payload.ts";
export { type RunStats, type ThreadStats, type TokenUsage, threadStats } from "./thread/run-stats.ts";
export {
  addressedSession,
  freshSession,
  type PageAddress,
  type SessionPolicy,
  type SessionStorage,
  storedSession,
} from "./thread/session-policy.ts";

// The seams: backends, platforms, transports, outboxes, diagnostics.
export type {
  ApplyResult,
  ChatBackend,
  CommandReceipt,
  CommandSubmission,
  EntityChange,
  ResumePoint,
  SessionHandle,
  SessionObserver,
  TimelineUpdate,
} from "./backend/chat-backend.ts";
export type { ClientPlatform } from "./platform/client-platform.ts";
export { defaultPlatform } from "./platform/default-platform.ts";
export type { Transport, TransportClose, TransportConnection, TransportHandlers } from "./wire/transport.ts";
export { createMemoryOutbox } from "./outbox/memory-outbox.ts";
export type { DeliveryNews, Outbox, OutboxFailure, OutboxItem, OutboxMember, OutboxSeat } from "./outbox/outbox.ts";
export type { Diagnostic } from "./session/diagnostic.ts";

// Reference servers: how their UI events change the timeline. The Go chat package's are in "./pinocchio".
export {
  defineTimelineMapping,
  type EventMapper,
  type HydrationPolicy,
  type MappingContext,
  type TimelineMapping,
  type TimelineMappingDefinition,
} from "./timeline/mapping.ts";
export {
  createMappingRegistry,
  type MappingCoverage,
  type MappingRegistry,
  type MappingReport,
} from "./timeline/mapping-registry.ts";
export type { JsonDraft, TimelineMutation } from "./timeline/mutation.ts";
