import type { ChatAttachment } from "@sessionstream/protocol/chat/v1";
import type { SessionKey } from "../../storage/contract.ts";
import type { RuntimeEvent } from "./runtime-event.ts";

/** A piece of an earlier answer, in the order it was given. */
export type EnginePart =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "tool-call";
      readonly toolCallId: string;
      readonly toolName: string;
      /** JSON text. */
      readonly input: string;
      /** Text, or JSON text; the error's text if `isError`. */
      readonly result: string;
      readonly isError: boolean;
    };

export type EngineMessage =
  | { readonly role: "user"; readonly text: string; readonly attachments: readonly ChatAttachment[] }
  | { readonly role: "assistant"; readonly parts: readonly EnginePart[] };

/** What people said to a call of this run that the engine had asked them about. In the engine's own ids. */
export type CallAnswer = {
  readonly toolCallId: string;
  readonly toolName: string;
  /** JSON text of the arguments that were shown. */
  readonly input: string;
} & (
  | { readonly decision: "approved" }
  /** The call has failed already; the model is told `error`. */
  | { readonly decision: "denied" | "expired"; readonly error: string }
);

/** A run that waited for people and goes on. */
export interface ResumedRun {
  /** What it has said so far, but for the calls that were asked about. */
  readonly parts: readonly EnginePart[];
  /**
   * An approved call is to be executed by the engine, which then reports its result. That it is being executed is in
   * the log already: whatever happens now, nobody is asked to execute it again.
   */
  readonly answers: readonly CallAnswer[];
}

export interface EngineRequest {
  readonly session: SessionKey;
  readonly runId: string;
  readonly prompt: string;
  readonly attachments: readonly ChatAttachment[];
  /** The turns before the prompt, oldest first. */
  readonly history: readonly EngineMessage[];
  /** `null`: the run begins. */
  readonly resumed: ResumedRun | null;
  /** Named when the session was created; `""` if nothing was. */
  readonly profile: string;
  now(): number;
  /** Rejects as soon as the run is to end, so that an engine that sleeps ends with it. */
  sleep(ms: number): Promise<void>;
}

/**
 * Answers a prompt. If it asked people something, the run waits when it ends, and it is called again when all is
 * answered: perhaps by another process. Throwing fails the run: a `SessionStreamError` with its own code and text, anything else with
 * `engine_failed` and a text that gives nothing away. Once `signal` is aborted nothing it yields is heard.
 */
export type Engine = (request: EngineRequest, signal: AbortSignal) => AsyncIterable<RuntimeEvent>;

/** Picks the engine for a run. Throwing fails the run like a throwing engine does. */
export type RuntimeResolver = (request: EngineRequest) => Engine | Promise<Engine>;
