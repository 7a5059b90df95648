import type { JsonValue } from "@sessionstream/protocol";
import type { FinishReason, LanguageModelUsage, TextStreamPart, ToolSet } from "ai";
import type { RuntimeEvent } from "../../chat/engine/runtime-event.ts";
import type { TokenUsage } from "../../chat/usage.ts";

/** One part of the AI SDK's full stream, as an engine reports it. Throws what the stream reports as its error. */
export type PartTranslator = (part: TextStreamPart<ToolSet>) => readonly RuntimeEvent[];

export interface TranslatorOptions {
  readonly modelId: string;
  /** Whether people may have to allow a call of this tool: it is not being executed just because it was made. */
  mayAsk(toolName: string): boolean;
  /** Whether people have allowed this call. */
  wasApproved(toolCallId: string): boolean;
}

export function createPartTranslator({ modelId, mayAsk, wasApproved }: TranslatorOptions): PartTranslator {
  let steps = 0;
  return (part) => {
    switch (part.type) {
      case "text-start":
      case "text-end":
      case "reasoning-start":
      case "reasoning-end":
        return [{ type: part.type, id: part.id }];
      case "text-delta":
      case "reasoning-delta":
        return [{ type: part.type, id: part.id, text: part.text }];
      case "tool-input-start":
        return [{ type: "tool-input-start", toolCallId: part.id, toolName: part.toolName }];
      case "tool-input-delta":
        return [{ type: "tool-input-delta", toolCallId: part.id, text: part.delta }];
      case "tool-call": {
        const { toolCallId, toolName } = part;
        const input = inputOf(part);
        const call = { type: "tool-call", toolCallId, toolName, input } as const;
        return mayAsk(toolName) ? [call] : [call, { type: "tool-execution-start", toolCallId, toolName }];
      }
      case "tool-approval-request": {
        const { toolCallId, toolName } = part.toolCall;
        return [{ type: "tool-approval-request", toolCallId, toolName, input: inputOf(part.toolCall) }];
      }
      case "tool-output-denied":
        // What people denied has failed already. What they allowed, and the tool does not ask about any more, has not.
        return wasApproved(part.toolCallId)
          ? [{ type: "tool-error", toolCallId: part.toolCallId, toolName: part.toolName, error: NOT_ASKED_FOR }]
          : [];
      case "tool-result":
        if (part.preliminary === true) return [];
        return [
          { type: "tool-result", toolCallId: part.toolCallId, toolName: part.toolName, result: toJson(part.output) },
        ];
      case "tool-error":
        return [
          { type: "tool-error", toolCallId: part.toolCallId, toolName: part.toolName, error: errorText(part.error) },
        ];
      case "start-step":
        steps += 1;
        return [{ type: "provider-call-start", callId: String(steps), model: modelId }];
      case "finish-step":
        return [
          {
            type: "provider-call-finish",
            callId: String(steps),
            stopReason: part.finishReason,
            usage: tokenUsage(part.usage),
            hasToolCalls: part.finishReason === ("tool-calls" satisfies FinishReason),
          },
        ];
      case "finish":
        return [{ type: "finish" }];
      case "error":
        throw part.error;
      case "start":
      case "abort":
      case "raw":
      case "tool-input-end":
        return [];
      default:
        // Sources, files and what later versions add: for plugins that know them.
        return [{ type: "custom", name: `ai-sdk.${part.type}`, payload: { part: toJson(part) } }];
    }
  };
}

const NOT_ASKED_FOR = "This tool was changed while its call waited: it was not executed.";

function tokenUsage(usage: LanguageModelUsage): TokenUsage {
  const { cacheReadTokens, cacheWriteTokens } = usage.inputTokenDetails;
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cachedTokens: cacheReadTokens,
    cacheReadInputTokens: cacheReadTokens,
    cacheCreationInputTokens: cacheWriteTokens,
  };
}

/** Text is told apart from JSON text, or an approved call would be executed with something else. What is no JSON stays. */
function inputOf(call: { readonly input: unknown; readonly invalid?: boolean | undefined }): JsonValue {
  const json = toJson(call.input);
  return typeof json === "string" && call.invalid !== true ? JSON.stringify(json) : json;
}

function toJson(value: unknown): JsonValue {
  const text = JSON.stringify(value);
  // CAST: what JSON.parse gives is JSON.
  return text === undefined ? null : (JSON.parse(text) as JsonValue);
}

/** A tool is the app's own code, and the model is told its error too. */
function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
