import type { JsonObject, JsonValue } from "@sessionstream/protocol";
import type { TokenUsage } from "../usage.ts";

/**
 * What an engine reports while it answers: the one vocabulary between engines and plugins. An `id` names a stream
 * within the run; an engine may use it again once the stream has ended.
 */
export type RuntimeEvent =
  | { readonly type: "text-start"; readonly id: string }
  | { readonly type: "text-delta"; readonly id: string; readonly text: string }
  | { readonly type: "text-end"; readonly id: string; readonly finishReason?: string }
  | { readonly type: "reasoning-start"; readonly id: string }
  | { readonly type: "reasoning-delta"; readonly id: string; readonly text: string }
  | { readonly type: "reasoning-end"; readonly id: string }
  | { readonly type: "tool-input-start"; readonly toolCallId: string; readonly toolName: string }
  | { readonly type: "tool-input-delta"; readonly toolCallId: string; readonly text: string }
  /** The arguments are complete. A string is taken for JSON text. */
  | { readonly type: "tool-call"; readonly toolCallId: string; readonly toolName: string; readonly input: JsonValue }
  /**
   * The call must not be executed before a person allows it. The engine then comes to its end, and is called again with
   * what was decided.
   */
  | {
      readonly type: "tool-approval-request";
      readonly toolCallId: string;
      readonly toolName: string;
      readonly input: JsonValue;
    }
  | { readonly type: "tool-execution-start"; readonly toolCallId: string; readonly toolName?: string }
  | {
      readonly type: "tool-result";
      readonly toolCallId: string;
      readonly toolName?: string;
      readonly result: JsonValue;
    }
  /** `error` is shown to people. */
  | { readonly type: "tool-error"; readonly toolCallId: string; readonly toolName?: string; readonly error: string }
  | { readonly type: "provider-call-start"; readonly callId: string; readonly model: string }
  | {
      readonly type: "provider-call-metadata";
      readonly callId: string;
      readonly stopReason?: string;
      readonly usage?: TokenUsage;
    }
  | {
      readonly type: "provider-call-finish";
      readonly callId: string;
      readonly stopReason: string;
      readonly usage?: TokenUsage;
      readonly durationMs?: number;
      readonly hasToolCalls?: boolean;
    }
  /** Said to people beside the answer: a limit was reached, a source was left out. */
  | { readonly type: "warning"; readonly message: string }
  /** `text`: the whole answer of an engine that does not stream. */
  | { readonly type: "finish"; readonly text?: string }
  /** For plugins; `name` tells them apart. */
  | { readonly type: "custom"; readonly name: string; readonly payload: JsonObject };
