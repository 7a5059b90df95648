import type { EventType } from "../../event/define-event.ts";
import { defineProjection, type EventHandler, on, type Projection, put } from "../../projection/define-projection.ts";
import { runIdOf } from "../correlation.ts";
import { ChatRunFailed, ChatUserMessageAccepted } from "../events.ts";
import { ChatMessage, ChatRun } from "../kinds.ts";
import type { ChatPlugin } from "../plugins/chat-plugin.ts";

/**
 * Owns the one projection that writes ChatMessage: user messages, the error a failed run leaves, and what plugins
 * contribute. Its name carries the contributors' versions, so that a change of one changes the view's identity.
 */
export function messagesProjection(plugins: readonly ChatPlugin[]): Projection {
  const contributors = plugins.filter((plugin) => plugin.projectMessages.length > 0);
  return defineProjection({
    name: ["chat.messages", ...contributors.map((plugin) => `${plugin.name}@${plugin.version}`)].join("+"),
    version: 1,
    writes: [ChatMessage],
    on: joinHandlers([userMessage, runFailure, ...contributors.flatMap((plugin) => plugin.projectMessages)]),
  });
}

const userMessage = on(ChatUserMessageAccepted, ({ payload, commandId }) => {
  const content = payload.content || payload.text || payload.prompt;
  return [
    put(
      ChatMessage,
      payload.messageId,
      {
        messageId: payload.messageId,
        role: payload.role || "user",
        content,
        status: payload.status || "accepted",
        final: true,
        attachments: payload.attachments,
      },
      { commandId },
    ),
  ];
});

const runFailure = on(ChatRunFailed, ({ payload }, view) => {
  const run = view.get(ChatRun, runIdOf(payload));
  // The first terminal event wins; a later failure has nothing to show.
  if (run !== undefined && !run.open) return [];
  return [
    put(ChatMessage, payload.messageId, {
      messageId: payload.messageId,
      role: "error",
      content: payload.error,
      error: payload.error,
      status: "error",
      final: true,
      ...(payload.correlation === undefined ? {} : { correlation: payload.correlation }),
    }),
  ];
});

/** A projection has one handler per event: several contributors to the same event write one after the other. */
function joinHandlers(handlers: readonly EventHandler[]): readonly EventHandler[] {
  const byEvent = new Map<EventType, EventHandler[]>();
  for (const handler of handlers) byEvent.set(handler.event, [...(byEvent.get(handler.event) ?? []), handler]);
  return [...byEvent].map(([event, joined]) => ({
    event,
    project: (happened, view) => joined.flatMap((handler) => handler.project(happened, view)),
  }));
}
