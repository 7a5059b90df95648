/**
 * Owns the runs of one local session: accepting prompts once per command id, queueing them, writing the answer as it
 * comes. The chat layer of a server in small; writes the same kinds with the same ids.
 */
import { type JsonObject, SessionStreamError } from "@sessionstream/protocol";
import type { ChatMessagePayload } from "../../thread/chat-payload.ts";
import {
  CHAT_COMMANDS,
  CHAT_KINDS,
  chatMessagePayload,
  type RunPayload,
  runPayload,
} from "../../thread/chat-payload.ts";
import type { CommandReceipt, CommandSubmission } from "../chat-backend.ts";
import type { LocalChange } from "./local-log.ts";
import type { LocalSession } from "./local-session.ts";

export interface LocalRequest {
  readonly sessionId: string;
  readonly prompt: string;
  /** The conversation before this prompt. */
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  /** Aborted when the run is stopped. */
  readonly signal: AbortSignal;
}

/** Answers a prompt with pieces of text. What it throws ends the run as failed. */
export type LocalRespond = (request: LocalRequest) => AsyncIterable<string>;

export interface LocalRuns {
  submit(command: CommandSubmission): CommandReceipt;
}

interface LocalRun {
  readonly id: string;
  readonly root: string;
  readonly prompt: string;
  readonly stopping: AbortController;
}

export interface LocalRunsOptions {
  readonly session: LocalSession;
  readonly respond: LocalRespond | undefined;
  readonly now: () => number;
  /** Tells a run from every other of its session. */
  readonly mintName: () => string;
}

export function createLocalRuns({ session, respond, now, mintName }: LocalRunsOptions): LocalRuns {
  const receipts = new Map<string, CommandReceipt>();
  const waiting: LocalRun[] = [];
  let active: LocalRun | null = null;

  function start({ commandId, payload }: CommandSubmission): CommandReceipt {
    const retryOf = textOf(payload, "retryOfRunId");
    const prompt = retryOf === "" ? textOf(payload, "prompt") : promptOf(retryOf);
    if (prompt.trim() === "") throw new SessionStreamError("empty_prompt", "The message is empty");
    const policy = textOf(payload, "busyPolicy");
    if (policy === "CHAT_BUSY_POLICY_REJECT" && active !== null) {
      throw new SessionStreamError("run_busy", "An answer is still being written");
    }
    if (policy === "CHAT_BUSY_POLICY_REPLACE") for (const run of [...waiting, active]) if (run !== null) end(run);

    const name = mintName();
    const root = `chat-msg-${name}`;
    const run: LocalRun = { id: `run-${name}`, root, prompt, stopping: new AbortController() };
    const changes: LocalChange[] = retryOf === "" ? [put(userMessage(run), false, commandId)] : [];
    if (respond !== undefined) {
      const queued = { prompt, status: "CHAT_RUN_STATUS_QUEUED", queuedAt: now() } as const;
      const entity = runPayload({ runId: run.id, messageId: root, userMessageId: `${root}-user`, ...queued });
      changes.push({ type: "put", kind: CHAT_KINDS.run, id: run.id, payload: entity, open: true, commandId });
      waiting.push(run);
    }
    const receipt = record(changes);
    next();
    return receipt;
  }

  function next(): void {
    if (active !== null || respond === undefined) return;
    const run = waiting.shift();
    if (run === undefined) return;
    active = run;
    patchRun(run, { status: "CHAT_RUN_STATUS_RUNNING", startedAt: now() }, true);
    void answer(run, respond);
  }

  async function answer(run: LocalRun, respondTo: LocalRespond): Promise<void> {
    const { signal } = run.stopping;
    const id = `${run.root}:text:1`;
    let begun = false;
    const finishText = (status: string): LocalChange[] =>
      begun
        ? [{ type: "patch", kind: CHAT_KINDS.message, id, set: { status, streaming: false, final: true }, open: false }]
        : [];
    try {
      const request = { sessionId: session.id, prompt: run.prompt, messages: history(run), signal };
      for await (const text of respondTo(request)) {
        if (signal.aborted) break;
        if (begun) session.commit([{ type: "patch", kind: CHAT_KINDS.message, id, append: { content: text } }]);
        else session.commit([put(assistantMessage(run, id, text), true)]);
        begun = true;
      }
      if (signal.aborted) session.commit([...finishText("stopped"), endOf(run, "CHAT_RUN_STATUS_STOPPED")]);
      else session.commit([...finishText("finished"), endOf(run, "CHAT_RUN_STATUS_FINISHED")]);
    } catch (thrown) {
      const error = SessionStreamError.from(thrown, "engine_failed");
      const failure = { error: error.message, errorCode: error.code, retryable: error.retryable };
      session.commit([...finishText("error"), endOf(run, "CHAT_RUN_STATUS_FAILED", failure)]);
    }
    active = null;
    next();
  }

  /** A running one ends when its response lets go; a queued one at once. */
  function end(run: LocalRun): void {
    run.stopping.abort();
    const place = waiting.indexOf(run);
    if (place >= 0) {
      waiting.splice(place, 1);
      session.commit([endOf(run, "CHAT_RUN_STATUS_STOPPED")]);
    } else patchRun(run, { stopRequested: true }, true);
  }

  function stop({ payload }: CommandSubmission): CommandReceipt {
    const wanted = textOf(payload, "runId");
    const run = [active, ...waiting].find(
      (candidate) => candidate !== null && (wanted === "" || candidate.id === wanted),
    );
    if (run != null) end(run);
    return receiptOf();
  }

  function patchRun(run: LocalRun, set: Partial<RunPayload>, open: boolean): void {
    session.commit([{ type: "patch", kind: CHAT_KINDS.run, id: run.id, set, open }]);
  }

  function endOf(run: LocalRun, status: RunPayload["status"], fields: Partial<RunPayload> = {}): LocalChange {
    return { type: "patch", kind: CHAT_KINDS.run, id: run.id, set: { status, endedAt: now(), ...fields }, open: false };
  }

  function record(changes: readonly LocalChange[]): CommandReceipt {
    session.commit(changes);
    return receiptOf();
  }

  function receiptOf(): CommandReceipt {
    const { epoch, ordinal } = session.log().cursor();
    return { epoch, ordinal };
  }

  function promptOf(runId: string): string {
    const run = session.log().get(CHAT_KINDS.run, runId);
    if (run === undefined) throw new SessionStreamError("run_not_found", `There is no run "${runId}"`);
    return textOf(run.payload, "prompt");
  }

  function history(run: LocalRun): LocalRequest["messages"] {
    return session
      .log()
      .entities()
      .filter(({ kind, id }) => kind === CHAT_KINDS.message && !id.startsWith(run.root))
      .map(({ payload }) => ({ role: textOf(payload, "role"), text: textOf(payload, "content") }));
  }

  return {
    submit(command) {
      const known = receipts.get(command.commandId);
      if (known !== undefined) return known;
      const receipt = perform(command);
      receipts.set(command.commandId, receipt);
      return receipt;
    },
  };

  function perform(command: CommandSubmission): CommandReceipt {
    if (command.name === CHAT_COMMANDS.start) return start(command);
    if (command.name === CHAT_COMMANDS.stop) return stop(command);
    throw new SessionStreamError("unknown_command", `The local backend knows no command "${command.name}"`);
  }
}

function put(payload: ChatMessagePayload, open: boolean, commandId?: string): LocalChange {
  const change = { type: "put", kind: CHAT_KINDS.message, id: payload.messageId, payload, open } as const;
  return commandId === undefined ? change : { ...change, commandId };
}

function userMessage({ root, prompt }: LocalRun): ChatMessagePayload {
  return chatMessagePayload({
    messageId: `${root}-user`,
    role: "user",
    content: prompt,
    status: "accepted",
    final: true,
  });
}

function assistantMessage({ root }: LocalRun, messageId: string, content: string): ChatMessagePayload {
  const segment = { segment: 1, segmentType: "text", parentMessageId: root };
  return chatMessagePayload({
    messageId,
    role: "assistant",
    content,
    status: "streaming",
    streaming: true,
    ...segment,
  });
}

function textOf(payload: JsonObject, field: string): string {
  const text = payload[field];
  return typeof text === "string" ? text : "";
}
