import { ChatReasoningPatch, ChatReasoningSegmentFinished, ChatReasoningSegmentStarted } from "../events.ts";
import { segmentHandlers } from "../projections/segment.ts";
import { type ChatPlugin, defineChatPlugin } from "./chat-plugin.ts";
import { type SegmentStream, segmentTranslator, settleSegments } from "./segment-translator.ts";

const REASONING: SegmentStream = {
  started: ChatReasoningSegmentStarted,
  patch: ChatReasoningPatch,
  finished: ChatReasoningSegmentFinished,
  role: "thinking",
  token: "thinking",
};

/** What the model says to itself: messages of role `thinking` under the run's root message. */
export function reasoningPlugin(): ChatPlugin {
  return defineChatPlugin({
    name: "reasoning",
    version: 1,
    events: [ChatReasoningSegmentStarted, ChatReasoningPatch, ChatReasoningSegmentFinished],
    projectMessages: segmentHandlers({
      patch: ChatReasoningPatch,
      finished: ChatReasoningSegmentFinished,
      role: "thinking",
      segmentType: "reasoning",
    }),
    onRun(run) {
      const reasoning = segmentTranslator(run, REASONING);
      return (reported) => {
        switch (reported.type) {
          case "reasoning-start":
            return [];
          case "reasoning-delta":
            return reasoning.delta(reported.id, reported.text);
          case "reasoning-end":
            return reasoning.end(reported.id);
          case "tool-input-start":
          case "tool-call":
          case "tool-approval-request":
            return reasoning.endAll();
          default:
            return undefined;
        }
      };
    },
    settle: (run, view, reason) => settleSegments(REASONING, run, view, reason),
  });
}
