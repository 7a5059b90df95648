import { create } from "@bufbuild/protobuf";
import { ChatRunStatus, CorrelationInfoSchema, type RunEntity } from "@sessionstream/protocol/chat/v1";
import type { DueEffect, EffectContext } from "../../effect/effect.ts";
import { event } from "../../event/define-event.ts";
import type { SessionView } from "../../projection/view.ts";
import type { SessionKey } from "../../storage/contract.ts";
import { ChatRunStarted } from "../events.ts";
import { ChatRun } from "../kinds.ts";
import type { ChatPlugin, RunRef } from "../plugins/chat-plugin.ts";
import { driveRun, type RunSettings } from "./drive-run.ts";
import { endOfRun, type RunEnd } from "./run-end.ts";
import { runIsOpen } from "./run-output.ts";
import type { RunOwners } from "./run-owners.ts";
import { runPhase } from "./run-phase.ts";

/**
 * Owns which work a view calls for: the run at the front is answered, a run asked to stop is stopped. Both are derived
 * from the view, so another process finds them again. Whoever is to answer a run that is under way takes it over from a
 * process that is gone: it ends as interrupted.
 */
export interface RunEffectsOptions extends RunSettings {
  readonly plugins: readonly ChatPlugin[];
  readonly owners: RunOwners;
}

export function dueRunEffects(view: SessionView, options: RunEffectsOptions): readonly DueEffect[] {
  const [front] = view.listOpen(ChatRun);
  if (front === undefined) return [];
  const { runId, status, stopRequested } = front.payload;
  const due: DueEffect[] = [];
  // A run that waits for a person needs no process; its owner, if it still has one, keeps this key taken.
  if (stopRequested || runPhase(status) !== "awaiting-input") {
    due.push({ key: `chat-run ${runId}`, name: "chat-run", run: (context) => answerOrEnd(context, runId, options) });
  }
  if (stopRequested) {
    const { owners } = options;
    // The run's engine may be in any process: each looks whether it has it.
    const run: DueEffect["run"] = ({ session }) => owners.stop(session, runId);
    due.push({ key: `chat-stop ${runId}`, name: "chat-stop", runsIn: "every-process", run });
  }
  return due;
}

async function answerOrEnd(context: EffectContext, runId: string, options: RunEffectsOptions): Promise<void> {
  const record = context.view().get(ChatRun, runId);
  if (record === undefined || !record.open) return;
  const run = record.payload;
  const ref = runRef(context.session, run);
  if (runPhase(run.status) !== "queued") {
    await publishEnd(context, ref, { type: run.stopRequested ? "stopped" : "interrupted" }, options);
    return;
  }
  const stopping = new AbortController();
  const claim = options.owners.claim(context.session, runId, () => stopping.abort());
  try {
    const { messageId, correlation } = ref;
    const { userMessageId } = run;
    const started = event(ChatRunStarted, { messageId, correlation, userMessageId });
    const stillQueued = (view: SessionView) => view.get(ChatRun, runId)?.payload.status === ChatRunStatus.QUEUED;
    const result = await context.publish([started], { guard: stillQueued });
    if (result.status !== "committed") return;
    const end = await driveRun(context, ref, run, stopping.signal, options);
    if (end !== null) await publishEnd(context, ref, end, options);
  } finally {
    claim.release();
  }
}

async function publishEnd(
  context: EffectContext,
  run: RunRef,
  end: RunEnd,
  { plugins }: RunEffectsOptions,
): Promise<void> {
  await context.publish(endOfRun(context, plugins, run, end), { guard: runIsOpen(run.runId) });
}

function runRef({ session }: SessionKey, { runId, messageId, userMessageId }: RunEntity): RunRef {
  const correlation = create(CorrelationInfoSchema, { sessionId: session, runId, turnId: userMessageId });
  return { runId, messageId, correlation };
}
