// What an app needs first, then what plugins and engines are written with, then the words of the log.
export { type ChatOptions, chat } from "./chat.ts";
export {
  type ApprovalDecision,
  type ApprovalInput,
  type ChatReceipt,
  type ChatService,
  type ChatServiceOptions,
  type ChatSnapshot,
  type ChatTarget,
  type CreateSessionInput,
  createChatService,
  type PromptInput,
  type StopInput,
} from "./chat-service.ts";
export type { ChatStatus } from "./chat-status.ts";
export type { BusyPolicy } from "./commands/start-inference.ts";
export { mergeCorrelation } from "./correlation.ts";
export type {
  CallAnswer,
  Engine,
  EngineMessage,
  EnginePart,
  EngineRequest,
  ResumedRun,
  RuntimeResolver,
} from "./engine/engine.ts";
export type { RuntimeEvent } from "./engine/runtime-event.ts";
export {
  ChatProviderCallFinished,
  ChatProviderCallMetadataUpdated,
  ChatProviderCallStarted,
  ChatReasoningPatch,
  ChatReasoningSegmentFinished,
  ChatReasoningSegmentStarted,
  ChatRunAwaitingInput,
  ChatRunFailed,
  ChatRunFinished,
  ChatRunInterrupted,
  ChatRunQueued,
  ChatRunResumed,
  ChatRunStarted,
  ChatRunStopped,
  ChatRunStopRequested,
  ChatSessionCreated,
  ChatTextPatch,
  ChatTextSegmentFinished,
  ChatTextSegmentStarted,
  ChatToolArgumentsPatch,
  ChatToolCallFinished,
  ChatToolCallRequested,
  ChatToolCallStarted,
  ChatToolExecutionStarted,
  ChatToolResultReady,
  ChatUserMessageAccepted,
} from "./events.ts";
export { CHAT_SESSION_ID, ChatMessage, ChatRun, ChatSession, ChatToolCall, ChatToolResult } from "./kinds.ts";
export { segmentMessageId, toolResultId, userMessageId } from "./message-ids.ts";
export { AgentMode, agentModePlugin, ChatAgentModeCommitted } from "./plugins/agent-mode.ts";
export { type ApprovalOptions, approvalPlugin } from "./plugins/approval.ts";
export { ChatApproval, ChatApprovalRequested, ChatApprovalSettled } from "./plugins/approval-entity.ts";
export {
  type ChatPlugin,
  defineChatPlugin,
  type EndingRun,
  type PluginRun,
  type RunInput,
  type RunRef,
  type RuntimeEventHandler,
  type SettleReason,
} from "./plugins/chat-plugin.ts";
export { reasoningPlugin } from "./plugins/reasoning.ts";
export {
  type SegmentStream,
  type SegmentTranslator,
  segmentTranslator,
  settleSegments,
} from "./plugins/segment-translator.ts";
export { toolCallPlugin } from "./plugins/tool-call.ts";
export {
  ChatWidgetInstance,
  ChatWidgetInstanceCompleted,
  ChatWidgetInstancePatched,
  ChatWidgetInstanceRemoved,
  ChatWidgetInstanceStarted,
  widgetsPlugin,
} from "./plugins/widgets.ts";
export { type SegmentEvents, segmentHandlers } from "./projections/segment.ts";
export { type RunPhase, runPhase } from "./run/run-phase.ts";
export {
  createThreadService,
  type ThreadChange,
  type ThreadQuery,
  type ThreadService,
  type ThreadServiceOptions,
} from "./threads/thread-service.ts";
export type { TokenUsage } from "./usage.ts";
