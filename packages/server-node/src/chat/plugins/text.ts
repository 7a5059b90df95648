import { event } from "../../event/define-event.ts";
import { ChatTextPatch, ChatTextSegmentFinished, ChatTextSegmentStarted } from "../events.ts";
import { ChatMessage } from "../kinds.ts";
import { warningMessageId } from "../message-ids.ts";
import { segmentHandlers } from "../projections/segment.ts";
import { type ChatPlugin, defineChatPlugin } from "./chat-plugin.ts";
import { type SegmentStream, segmentTranslator, settleSegments } from "./segment-translator.ts";

const TEXT: SegmentStream = {
  started: ChatTextSegmentStarted,
  patch: ChatTextPatch,
  finished: ChatTextSegmentFinished,
  role: "assistant",
  token: "text",
};

/** The answer's text and the warnings beside it. Always part of a chat. */
export function textPlugin(): ChatPlugin {
  return defineChatPlugin({
    name: "text",
    version: 1,
    events: [ChatTextSegmentStarted, ChatTextPatch, ChatTextSegmentFinished],
    projectMessages: segmentHandlers({
      patch: ChatTextPatch,
      finished: ChatTextSegmentFinished,
      role: "assistant",
      segmentType: "text",
    }),
    onRun(run) {
      const text = segmentTranslator(run, TEXT);
      let warnings = 0;
      while (run.view().get(ChatMessage, warningMessageId(run.messageId, warnings + 1)) !== undefined) warnings += 1;
      return (reported) => {
        switch (reported.type) {
          case "text-start":
            return [];
          case "text-delta":
            return text.delta(reported.id, reported.text);
          case "text-end":
            return text.end(reported.id, reported.finishReason);
          case "tool-input-start":
          case "tool-call":
          case "tool-approval-request":
            // What follows a tool call is another message, even if the engine goes on with the same stream.
            return text.endAll();
          case "warning": {
            warnings += 1;
            const warning = {
              messageId: warningMessageId(run.messageId, warnings),
              role: "warning",
              content: reported.message,
              status: "finished",
              parentMessageId: run.messageId,
              correlation: run.correlation,
              final: true,
            };
            return [event(ChatTextSegmentFinished, warning)];
          }
          default:
            return undefined;
        }
      };
    },
    settle: (run, view, reason) => settleSegments(TEXT, run, view, reason),
  });
}
