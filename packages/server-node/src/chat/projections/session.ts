import { defineProjection, on, put } from "../../projection/define-projection.ts";
import { ChatSessionCreated } from "../events.ts";
import { CHAT_SESSION_ID, ChatSession } from "../kinds.ts";

/** Owns ChatSession: what was said when the session was created. The first word stands. */
export const sessionProjection = defineProjection({
  name: "chat.session",
  version: 1,
  writes: [ChatSession],
  on: [
    on(ChatSessionCreated, ({ payload, commandId }, view) => {
      if (view.get(ChatSession, CHAT_SESSION_ID) !== undefined) return [];
      const { profile, createdBy } = payload;
      return [put(ChatSession, CHAT_SESSION_ID, { profile, createdBy }, { commandId })];
    }),
  ],
});
