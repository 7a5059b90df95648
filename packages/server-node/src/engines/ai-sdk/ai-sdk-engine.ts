import { type LanguageModel, stepCountIs, streamText, type ToolSet } from "ai";
import type { Engine } from "../../chat/engine/engine.ts";
import { type AttachmentUrl, toModelMessages } from "./to-model-messages.ts";
import { createPartTranslator } from "./to-runtime-events.ts";

export interface AiSdkEngineOptions {
  readonly model: LanguageModel;
  readonly system?: string;
  readonly tools?: ToolSet;
  /** Calls of the model within one run; after people have answered, as many again. Default 10. */
  readonly maxSteps?: number;
  /**
   * Where the model may fetch an attached image. Default: nowhere, because the URL comes from a browser, and your
   * server or the provider would fetch whatever it names.
   */
  readonly attachmentUrl?: AttachmentUrl;
}

/**
 * Answers with any language model of the AI SDK, tools included. The loop over tools runs here, on the server. A tool
 * with `needsApproval` is executed when a person has allowed the call, and once.
 */
export function aiSdkEngine(options: AiSdkEngineOptions): Engine {
  const { model, system, tools, maxSteps = 10, attachmentUrl = () => null } = options;
  const modelId = typeof model === "string" ? model : model.modelId;
  return async function* answer(request, signal) {
    const { fullStream } = streamText({
      model,
      messages: toModelMessages(request, attachmentUrl),
      stopWhen: stepCountIs(maxSteps),
      abortSignal: signal,
      // The stream reports the same error and the run fails with it.
      onError: () => {},
      ...(system === undefined ? {} : { system }),
      ...(tools === undefined ? {} : { tools }),
    });
    const answers = request.resumed?.answers ?? [];
    const approved = new Set(
      answers.filter(({ decision }) => decision === "approved").map(({ toolCallId }) => toolCallId),
    );
    const translate = createPartTranslator({
      modelId,
      mayAsk: (toolName) => Boolean(tools?.[toolName]?.needsApproval),
      wasApproved: (toolCallId) => approved.has(toolCallId),
    });
    let steps = 0;
    let isAsking = false;
    for await (const part of fullStream) {
      yield* translate(part);
      isAsking ||= part.type === "tool-approval-request";
      if (part.type === "finish-step") steps += 1;
      if (part.type === "finish-step" && steps === maxSteps && part.finishReason === "tool-calls" && !isAsking) {
        yield { type: "warning", message: `The answer was ended after ${maxSteps} steps.` };
      }
    }
  };
}
