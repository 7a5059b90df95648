import type { SessionView } from "../../projection/view.ts";
import { ChatToolCall } from "../kinds.ts";
import type { RunRef } from "./chat-plugin.ts";

/**
 * Owns what an engine's call is called in the session: as the engine says, unless an earlier run has a call of that id.
 * Some providers count their calls anew in each answer, and an earlier run's call must not be written over.
 */
export function callIdOf(view: SessionView, { messageId }: RunRef, engineId: string): string {
  const known = view.get(ChatToolCall, engineId);
  return known === undefined || known.payload.messageId === messageId ? engineId : `${messageId}:${engineId}`;
}

/** What the engine calls it. Its own ids may look like ours. */
export function engineCallId(view: SessionView, run: RunRef, toolCallId: string): string {
  const engineId = toolCallId.slice(run.messageId.length + 1);
  return callIdOf(view, run, engineId) === toolCallId ? engineId : toolCallId;
}
