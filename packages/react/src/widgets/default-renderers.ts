import type {
  AgentModeEntitySchema,
  ApprovalEntitySchema,
  ChatMessageEntitySchema,
  RunEntitySchema,
  ToolCallEntitySchema,
  ToolResultEntitySchema,
  WidgetInstanceEntitySchema,
} from "@sessionstream/protocol/chat/v1";
import { defineRenderer, type EntityRenderer } from "../renderer/define-renderer.ts";
import { AgentMode } from "./agent-mode/agent-mode.tsx";
import { ChatMessage } from "./message/chat-message.tsx";
import { RunOutcome } from "./run/run-outcome.tsx";
import { ToolApproval, ToolCall, ToolResult } from "./tool/tool-call.tsx";
import { WidgetInstance } from "./widget-instance/widget-instance.tsx";

/** The kit's renderers for the chat layer's kinds. Yours of the same kind come first. */
export const DEFAULT_RENDERERS: readonly EntityRenderer[] = [
  defineRenderer<typeof ChatMessageEntitySchema>({ kind: "ChatMessage", component: ChatMessage }),
  defineRenderer<typeof ToolCallEntitySchema>({ kind: "ChatToolCall", component: ToolCall }),
  defineRenderer<typeof ApprovalEntitySchema>({ kind: "ChatApproval", component: ToolApproval }),
  defineRenderer<typeof ToolResultEntitySchema>({ kind: "ChatToolResult", component: ToolResult }),
  defineRenderer<typeof AgentModeEntitySchema>({ kind: "AgentMode", component: AgentMode }),
  defineRenderer<typeof WidgetInstanceEntitySchema>({ kind: "ChatWidgetInstance", component: WidgetInstance }),
  defineRenderer<typeof RunEntitySchema>({ kind: "ChatRun", component: RunOutcome }),
  defineRenderer({ kind: "ChatSession", component: null }),
];
