import { event } from "../../event/define-event.ts";
import { ChatProviderCallFinished, ChatProviderCallMetadataUpdated, ChatProviderCallStarted } from "../events.ts";
import { usageInfo } from "../usage.ts";
import { type ChatPlugin, defineChatPlugin } from "./chat-plugin.ts";

/** Which model was asked and what it cost; the run keeps the sums. Always part of a chat. */
export function providerCallPlugin(): ChatPlugin {
  return defineChatPlugin({
    name: "provider-call",
    version: 1,
    events: [ChatProviderCallStarted, ChatProviderCallMetadataUpdated, ChatProviderCallFinished],
    onRun: (run) => (reported) => {
      const { messageId } = run;
      switch (reported.type) {
        case "provider-call-start": {
          const correlation = run.correlate({ providerCallId: reported.callId });
          return [event(ChatProviderCallStarted, { messageId, correlation, model: reported.model })];
        }
        case "provider-call-metadata": {
          const correlation = run.correlate({ providerCallId: reported.callId });
          const usage = reported.usage === undefined ? {} : { usage: usageInfo(reported.usage) };
          const stopReason = reported.stopReason ?? "";
          return [event(ChatProviderCallMetadataUpdated, { messageId, correlation, stopReason, ...usage })];
        }
        case "provider-call-finish":
          return [
            event(ChatProviderCallFinished, {
              messageId,
              correlation: run.correlate({ providerCallId: reported.callId }),
              stopReason: reported.stopReason,
              finishClass: "completed",
              hasToolCalls: reported.hasToolCalls ?? false,
              ...(reported.usage === undefined ? {} : { usage: usageInfo(reported.usage) }),
              ...(reported.durationMs === undefined ? {} : { durationMs: reported.durationMs }),
            }),
          ];
        default:
          return undefined;
      }
    },
  });
}
