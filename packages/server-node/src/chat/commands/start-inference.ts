import {
  ChatBusyPolicy,
  type RunEntity,
  type StartInferenceCommand,
  StartInferenceCommandSchema,
} from "@sessionstream/protocol/chat/v1";
import { accept, type CommandType, type Decision, defineCommand, reject } from "../../command/define-command.ts";
import { event } from "../../event/define-event.ts";
import { ChatRunQueued, ChatSessionCreated, ChatUserMessageAccepted } from "../events.ts";
import { CHAT_SESSION_ID, ChatRun, ChatSession } from "../kinds.ts";
import { checkRootMessageId, userMessageId } from "../message-ids.ts";
import { isRunOpen, runPhase } from "../run/run-phase.ts";
import { stopEvents } from "./stop-inference.ts";

/** What to do with a prompt while a run is open. */
export type BusyPolicy = "queue" | "replace" | "reject";

export interface StartInferenceOptions {
  readonly busyPolicy: BusyPolicy;
  /** UTF-16 code units. */
  readonly maxPromptLength: number;
  readonly maxQueuedRuns: number;
  /** Whether a prompt in a session that nobody has created says whose the session is. */
  readonly recordsOwner: boolean;
  /** Root message id of a run, made of the run's random id. */
  readonly rootMessageId: (runId: string) => string;
}

/**
 * ChatStartInference: a user's message and a run that shall answer it; or, with `retry_of_run_id`, another run for a
 * message that is there already. A run begins as queued even when nothing is before it, so that a crash right after
 * the commit loses no answer.
 */
export function startInference(options: StartInferenceOptions): CommandType<typeof StartInferenceCommandSchema> {
  return defineCommand({
    name: "ChatStartInference",
    schema: StartInferenceCommandSchema,
    decide({ payload, principal, session, mintId }, view) {
      const { retryOfRunId, attachments } = payload;
      const retried = retryOfRunId === "" ? undefined : view.get(ChatRun, retryOfRunId)?.payload;
      const open = view.listOpen(ChatRun).map((run) => run.payload);
      const policy = busyPolicy(payload, options);
      const refusal =
        refuseRetry(retryOfRunId, retried) ?? refusePrompt(payload, options) ?? refuseBusy(open, policy, options);
      if (refusal !== null) return refusal;

      const runId = mintId(0);
      const messageId = checkRootMessageId(options.rootMessageId(runId));
      const asked = retried?.userMessageId ?? userMessageId(messageId);
      const message = { messageId: asked, role: "user", content: payload.prompt, status: "accepted", attachments };
      const queued = event(ChatRunQueued, {
        messageId,
        prompt: retried?.prompt ?? payload.prompt,
        userMessageId: asked,
        correlation: { sessionId: session.session, runId, turnId: asked },
      });
      const isOwned = !options.recordsOwner || view.get(ChatSession, CHAT_SESSION_ID) !== undefined;
      return accept(
        [
          ...(isOwned ? [] : [event(ChatSessionCreated, { createdBy: principal.id })]),
          ...(policy === "replace" ? open.flatMap(stopEvents) : []),
          ...(retried === undefined ? [event(ChatUserMessageAccepted, message)] : []),
          queued,
        ],
        { outcome: { runId, messageId, userMessageId: asked, status: open.length === 0 ? "running" : "queued" } },
      );
    },
  });
}

function busyPolicy({ busyPolicy: asked }: StartInferenceCommand, options: StartInferenceOptions): BusyPolicy {
  switch (asked) {
    case ChatBusyPolicy.QUEUE:
      return "queue";
    case ChatBusyPolicy.REPLACE:
      return "replace";
    case ChatBusyPolicy.REJECT:
      return "reject";
    default:
      return options.busyPolicy;
  }
}

function refuseRetry(runId: string, retried: RunEntity | undefined): Decision | null {
  if (runId === "") return null;
  if (retried === undefined) return reject("run_not_found", `There is no run "${runId}" in this session.`);
  if (isRunOpen(runPhase(retried.status)))
    return reject("run_busy", "This run has not ended. Wait for its end or stop it.");
  return null;
}

function refusePrompt(command: StartInferenceCommand, { maxPromptLength }: StartInferenceOptions): Decision | null {
  if (command.retryOfRunId !== "") return null;
  if (command.prompt.trim() === "" && command.attachments.length === 0) {
    return reject("empty_prompt", "The prompt is empty and nothing is attached.");
  }
  if (command.prompt.length > maxPromptLength) {
    return reject("payload_too_large", `A prompt has at most ${maxPromptLength} characters.`, "prompt_too_long");
  }
  if (command.attachments.some(({ attachmentId }) => attachmentId.trim() === "")) {
    return reject("invalid_command", "An attachment is named by its attachmentId, which must not be empty.");
  }
  // Attachments are references: their bytes would be stored with the log and sent to every subscriber.
  if (command.attachments.some(({ url }) => /^\s*data:/i.test(url))) {
    return reject("invalid_command", "An attachment is referred to by a URL that is not its content.");
  }
  return null;
}

function refuseBusy(
  open: readonly RunEntity[],
  policy: BusyPolicy,
  { maxQueuedRuns }: StartInferenceOptions,
): Decision | null {
  if (open.length > 0 && policy === "reject") {
    return reject("run_busy", "An answer is being given. Wait for its end or stop it.");
  }
  if (open.length > maxQueuedRuns && policy === "queue") {
    return reject("limit_reached", `${maxQueuedRuns} prompts are waiting already. Wait until one is answered.`);
  }
  return null;
}
