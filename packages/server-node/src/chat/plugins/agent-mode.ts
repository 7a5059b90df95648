import { create, fromJson } from "@bufbuild/protobuf";
import {
  AgentModeCommittedSchema,
  AgentModeEntitySchema,
  AgentModePreviewUpdatedSchema,
} from "@sessionstream/protocol/chat/v1";
import { defineEvent, event } from "../../event/define-event.ts";
import { defineEntityKind } from "../../projection/define-entity-kind.ts";
import { on, put } from "../../projection/define-projection.ts";
import { type ChatPlugin, defineChatPlugin, type RunRef } from "./chat-plugin.ts";

/** Never in the log; declared, so that its payload may be shown beside it. */
const ChatAgentModePreviewUpdated = defineEvent("ChatAgentModePreviewUpdated", AgentModePreviewUpdatedSchema);

export const ChatAgentModeCommitted = defineEvent("ChatAgentModeCommitted", AgentModeCommittedSchema);

export const AgentMode = defineEntityKind("AgentMode", AgentModeEntitySchema, { row: true });

/** By this key what shows a preview and what takes it away speak of the same one. */
const previewKey = ({ messageId }: RunRef) => `agent-mode/${messageId}`;

/** A mode may be seen a while before it is decided, and nobody repeats a preview meanwhile. */
const PREVIEW_TTL_MS = 60_000;

/**
 * The mode an agent works in. Runtime events: `custom` of the names below, each with the protobuf JSON of its message
 * (`messageId` is the run's, whatever it says).
 * - `agent-mode-preview`, AgentModePreviewUpdated: a mode that the answer seems to ask for. Shown, not stored; gone
 *   with the text it was read from, with the commit, and with the run, however it ends.
 * - `agent-mode-commit`, AgentModeCommitted: the mode changed. Stored, an entity per change.
 */
export function agentModePlugin(): ChatPlugin {
  return defineChatPlugin({
    name: "agent-mode",
    version: 1,
    events: [ChatAgentModePreviewUpdated, ChatAgentModeCommitted],
    kinds: [AgentMode],
    project: [
      on(ChatAgentModeCommitted, ({ payload, ordinal }) => {
        const { messageId, title, from, to, analysis } = payload;
        return [put(AgentMode, `${messageId}:agent-mode:${ordinal}`, { messageId, title, from, to, analysis })];
      }),
    ],
    onRun(run) {
      const { messageId } = run;
      return (reported) => {
        if (reported.type === "text-end") run.ephemeral(previewKey(run), null);
        if (reported.type !== "custom") return undefined;
        switch (reported.name) {
          case "agent-mode-preview": {
            const preview = fromJson(AgentModePreviewUpdatedSchema, reported.payload);
            const shown = create(AgentModePreviewUpdatedSchema, { ...preview, messageId });
            run.ephemeral(previewKey(run), shown, { ttlMs: PREVIEW_TTL_MS });
            return [];
          }
          case "agent-mode-commit": {
            const committed = fromJson(AgentModeCommittedSchema, reported.payload);
            run.ephemeral(previewKey(run), null);
            return [event(ChatAgentModeCommitted, { ...committed, messageId })];
          }
          default:
            return undefined;
        }
      };
    },
    settle(run) {
      run.ephemeral(previewKey(run), null);
      return [];
    },
  });
}
