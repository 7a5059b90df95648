import { CreateSessionCommandSchema } from "@sessionstream/protocol/chat/v1";
import { accept, defineCommand } from "../../command/define-command.ts";
import { event } from "../../event/define-event.ts";
import { ChatSessionCreated } from "../events.ts";
import { CHAT_SESSION_ID, ChatSession } from "../kinds.ts";

/** ChatCreateSession: says what a session is for. A session that is there already keeps its first word. */
export const createSession = defineCommand({
  name: "ChatCreateSession",
  schema: CreateSessionCommandSchema,
  decide({ payload, principal }, view) {
    const existing = view.get(ChatSession, CHAT_SESSION_ID)?.payload;
    if (existing !== undefined) return accept([], { outcome: { profile: existing.profile } });
    const { profile } = payload;
    const created = event(ChatSessionCreated, { profile, createdBy: principal.id });
    return accept([created], { outcome: { profile } });
  },
});
