import type { JsonObject, JsonValue } from "@sessionstream/protocol";
import type { Principal } from "../command/define-command.ts";
import type { CommandAck, Hub, SessionSnapshot } from "../hub/hub.ts";
import { type ChatStatus, chatStatus } from "./chat-status.ts";
import type { BusyPolicy } from "./commands/start-inference.ts";
import { untilIdle } from "./until-idle.ts";

/** Who acts, on which session. */
export interface ChatTarget {
  readonly principal: Principal;
  readonly session: string;
}

/** Retrying with the same id takes effect once (L9). Default: a new id, so no retry is recognised. */
interface Idempotent {
  readonly commandId?: string;
}

export interface CreateSessionInput extends ChatTarget, Idempotent {
  readonly profile?: string;
}

export interface PromptInput extends ChatTarget, Idempotent {
  readonly prompt?: string;
  /** protobuf JSON of ChatAttachment. */
  readonly attachments?: JsonValue[];
  readonly busyPolicy?: BusyPolicy;
  /** Asks again for an answer to this run's message; the prompt is the one of then. */
  readonly retryOfRunId?: string;
}

export interface StopInput extends ChatTarget, Idempotent {
  /** Default: whatever run is being answered. */
  readonly runId?: string;
}

export type ApprovalDecision = "approve" | "deny";

export interface ApprovalInput extends ChatTarget, Idempotent {
  readonly approvalId: string;
  /** As the approval shows it: an answer counts for what was seen and nothing else. */
  readonly digest: string;
  readonly decision: ApprovalDecision;
  /** Told to the model and shown to people. */
  readonly reason?: string;
}

export interface ChatReceipt extends CommandAck {
  readonly commandId: string;
}

export interface ChatSnapshot extends SessionSnapshot {
  readonly status: ChatStatus;
}

/** A chat without any transport: for scripts, workers, tests, and what HTTP is made of. Rejects with SessionStreamErrors. */
export interface ChatService {
  createSession(input: CreateSessionInput): Promise<ChatReceipt>;
  submitPrompt(input: PromptInput): Promise<ChatReceipt>;
  stop(input: StopInput): Promise<ChatReceipt>;
  /** The first answer counts; a later one rejects with `already_answered`. */
  answerApproval(input: ApprovalInput): Promise<ChatReceipt>;
  /** Resolves once no run is open: none waits, none answers. */
  waitIdle(target: ChatTarget & { readonly signal?: AbortSignal }): Promise<void>;
  /** `null` when the session has no log. */
  snapshot(query: ChatTarget & { readonly asOf?: bigint }): Promise<ChatSnapshot | null>;
}

export interface ChatServiceOptions {
  readonly hub: Hub;
  /** A new random id, for commands that come without one. */
  readonly mintId: () => string;
}

const POLICY: Readonly<Record<BusyPolicy, string>> = {
  queue: "CHAT_BUSY_POLICY_QUEUE",
  replace: "CHAT_BUSY_POLICY_REPLACE",
  reject: "CHAT_BUSY_POLICY_REJECT",
};

const DECISION: Readonly<Record<ApprovalDecision, string>> = {
  approve: "CHAT_APPROVAL_DECISION_APPROVE",
  deny: "CHAT_APPROVAL_DECISION_DENY",
};

export function createChatService({ hub, mintId }: ChatServiceOptions): ChatService {
  async function submit(command: string, input: ChatTarget & Idempotent, payload: JsonObject): Promise<ChatReceipt> {
    const { principal, session, commandId = mintId() } = input;
    const ack = await hub.submit({ principal, session, command, id: commandId, payload });
    return { ...ack, commandId };
  }

  async function snapshot(query: ChatTarget & { readonly asOf?: bigint }): Promise<ChatSnapshot | null> {
    const taken = await hub.snapshot(query);
    return taken === null ? null : { ...taken, status: chatStatus(taken) };
  }

  return {
    createSession: (input) => submit("ChatCreateSession", input, { profile: input.profile ?? "" }),
    submitPrompt: (input) =>
      submit("ChatStartInference", input, {
        prompt: input.prompt ?? "",
        attachments: input.attachments ?? [],
        retryOfRunId: input.retryOfRunId ?? "",
        ...(input.busyPolicy === undefined ? {} : { busyPolicy: POLICY[input.busyPolicy] }),
      }),
    stop: (input) => submit("ChatStopInference", input, { runId: input.runId ?? "" }),
    answerApproval: (input) =>
      submit("ChatAnswerApproval", input, {
        approvalId: input.approvalId,
        digest: input.digest,
        decision: DECISION[input.decision],
        reason: input.reason ?? "",
      }),
    snapshot,
    waitIdle: ({ principal, session, signal }) =>
      untilIdle(hub, principal, session, signal, async () => {
        const taken = await snapshot({ principal, session });
        return taken === null || !taken.status.busy;
      }),
  };
}
