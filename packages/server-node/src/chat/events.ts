import {
  ProviderCallFinishedSchema,
  ProviderCallMetadataUpdatedSchema,
  ProviderCallStartedSchema,
  RunFinishedSchema,
  RunStartedSchema,
  RunStopRequestedSchema,
  SessionCreatedSchema,
  TextPatchSchema,
  TextSegmentFinishedSchema,
  TextSegmentStartedSchema,
  ToolArgumentsPatchSchema,
  ToolCallFinishedSchema,
  ToolCallRequestedSchema,
  ToolCallStartedSchema,
  ToolExecutionStartedSchema,
  ToolResultReadySchema,
  UserMessageAcceptedSchema,
} from "@sessionstream/protocol/chat/v1";
import { defineEvent } from "../event/define-event.ts";

/** Owns the names of a chat's events: the Go reference's, plus our own for what it does not have. */

export const ChatSessionCreated = defineEvent("ChatSessionCreated", SessionCreatedSchema);
export const ChatUserMessageAccepted = defineEvent("ChatUserMessageAccepted", UserMessageAcceptedSchema);

export const ChatRunQueued = defineEvent("ChatRunQueued", RunStartedSchema);
export const ChatRunStarted = defineEvent("ChatRunStarted", RunStartedSchema);
export const ChatRunAwaitingInput = defineEvent("ChatRunAwaitingInput", RunStartedSchema);
export const ChatRunResumed = defineEvent("ChatRunResumed", RunStartedSchema);
export const ChatRunStopRequested = defineEvent("ChatRunStopRequested", RunStopRequestedSchema);
export const ChatRunFinished = defineEvent("ChatRunFinished", RunFinishedSchema);
export const ChatRunStopped = defineEvent("ChatRunStopped", RunFinishedSchema);
export const ChatRunFailed = defineEvent("ChatRunFailed", RunFinishedSchema);
export const ChatRunInterrupted = defineEvent("ChatRunInterrupted", RunFinishedSchema);

export const ChatProviderCallStarted = defineEvent("ChatProviderCallStarted", ProviderCallStartedSchema);
export const ChatProviderCallMetadataUpdated = defineEvent(
  "ChatProviderCallMetadataUpdated",
  ProviderCallMetadataUpdatedSchema,
);
export const ChatProviderCallFinished = defineEvent("ChatProviderCallFinished", ProviderCallFinishedSchema);

export const ChatTextSegmentStarted = defineEvent("ChatTextSegmentStarted", TextSegmentStartedSchema);
export const ChatTextPatch = defineEvent("ChatTextPatch", TextPatchSchema);
export const ChatTextSegmentFinished = defineEvent("ChatTextSegmentFinished", TextSegmentFinishedSchema);

export const ChatReasoningSegmentStarted = defineEvent("ChatReasoningSegmentStarted", TextSegmentStartedSchema);
export const ChatReasoningPatch = defineEvent("ChatReasoningPatch", TextPatchSchema);
export const ChatReasoningSegmentFinished = defineEvent("ChatReasoningSegmentFinished", TextSegmentFinishedSchema);

export const ChatToolCallStarted = defineEvent("ChatToolCallStarted", ToolCallStartedSchema);
export const ChatToolArgumentsPatch = defineEvent("ChatToolArgumentsPatch", ToolArgumentsPatchSchema);
export const ChatToolCallRequested = defineEvent("ChatToolCallRequested", ToolCallRequestedSchema);
export const ChatToolExecutionStarted = defineEvent("ChatToolExecutionStarted", ToolExecutionStartedSchema);
export const ChatToolResultReady = defineEvent("ChatToolResultReady", ToolResultReadySchema);
export const ChatToolCallFinished = defineEvent("ChatToolCallFinished", ToolCallFinishedSchema);
