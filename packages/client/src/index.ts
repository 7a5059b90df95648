// What users need first, then the seams for those who write backends, mappings and storage.

// backends
export type {
  ApplyResult,
  ChatBackend,
  CommandReceipt,
  CommandSubmission,
  EntityChange,
  SessionHandle,
  SessionObserver,
  TimelineUpdate,
} from "./backend/chat-backend.ts";
export {
  createLocalBackend,
  type LocalBackend,
  type LocalBackendOptions,
} from "./backend/local/create-local-backend.ts";
export type { LocalChange } from "./backend/local/local-log.ts";
export type { LocalRequest, LocalRespond } from "./backend/local/local-runs.ts";
export type { LocalSession } from "./backend/local/local-session.ts";
export { type ChatClientOptions, createChatClient } from "./create-chat-client.ts";
export type { ClientPlatform } from "./platform/client-platform.ts";
export { defaultPlatform } from "./platform/default-platform.ts";
export {
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
export type { ChatClient, ChatThread, SendInput, ThreadLease, TranscriptRow } from "./thread/chat-thread.ts";
export { createMemoryOutbox, type Outbox, type OutboxItem } from "./thread/outbox.ts";
export type {
  ConnectionStatus,
  HydrationStatus,
  PendingMessage,
  RunPhase,
  RunState,
  ThreadStatus,
} from "./thread/status.ts";
export type { TimelineEntity } from "./timeline/entity.ts";
// mappings for reference servers
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
export type { Ephemeral, Timeline } from "./timeline/timeline.ts";
