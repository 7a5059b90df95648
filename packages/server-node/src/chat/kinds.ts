import {
  ChatMessageEntitySchema,
  RunEntitySchema,
  SessionEntitySchema,
  ToolCallEntitySchema,
  ToolResultEntitySchema,
} from "@sessionstream/protocol/chat/v1";
import { defineEntityKind } from "../projection/define-entity-kind.ts";
import { isRunOpen, runPhase } from "./run/run-phase.ts";

/** Owns the kinds of a chat's entities. Whatever a user can point at is a row; what they merely affect is not. */

export const ChatMessage = defineEntityKind("ChatMessage", ChatMessageEntitySchema, {
  row: true,
  open: (message) => message.streaming,
});

export const TOOL_CALL_OPEN: ReadonlySet<string> = new Set(["started", "requested", "running"]);

export const ChatToolCall = defineEntityKind("ChatToolCall", ToolCallEntitySchema, {
  row: true,
  open: (call) => TOOL_CALL_OPEN.has(call.status),
});

export const ChatToolResult = defineEntityKind("ChatToolResult", ToolResultEntitySchema, { row: true });

/** Ours: reference peers guess the state of a run from its messages and would not know what to do with it. */
export const ChatRun = defineEntityKind("ChatRun", RunEntitySchema, {
  reference: false,
  open: (run) => isRunOpen(runPhase(run.status)),
});

export const ChatSession = defineEntityKind("ChatSession", SessionEntitySchema, { reference: false });

/** The one ChatSession of a session. */
export const CHAT_SESSION_ID = "session";
