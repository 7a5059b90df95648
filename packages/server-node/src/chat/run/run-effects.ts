import { create } from "@bufbuild/protobuf";
import { CorrelationInfoSchema, type RunEntity } from "@sessionstream/protocol/chat/v1";
import type { DueEffect, EffectContext } from "../../effect/effect.ts";
import { type EventInput, event } from "../../event/define-event.ts";
import type { SessionView } from "../../projection/view.ts";
import type { SessionKey } from "../../storage/contract.ts";
import type { ResumedRun } from "../engine/engine.ts";
import { ChatRunAwaitingInput, ChatRunResumed, ChatRunStarted } from "../events.ts";
import { ChatRun } from "../kinds.ts";
import type { ChatPlugin, RunInput, RunRef } from "../plugins/chat-plugin.ts";
import { driveRun, type RunSettings } from "./drive-run.ts";
import { partsSoFar } from "./history.ts";
import { endOfRun, type RunEnd } from "./run-end.ts";
import { runInput } from "./run-input.ts";
import { runIsOpen } from "./run-output.ts";
import type { RunOwners } from "./run-owners.ts";
import { runPhase } from "./run-phase.ts";

/**
 * Owns which work a view calls for: the run at the front is answered, one whose questions are all answered goes on, one
 * asked to stop is stopped. All is derived from the view, so another process finds it again. Whoever is to answer a run
 * that is under way takes it over from a process that is gone: it ends as interrupted.
 */
export interface RunEffectsOptions extends RunSettings {
  readonly plugins: readonly ChatPlugin[];
  readonly owners: RunOwners;
}

export function dueRunEffects(view: SessionView, options: RunEffectsOptions): readonly DueEffect[] {
  const [front] = view.listOpen(ChatRun);
  if (front === undefined) return [];
  const run = front.payload;
  const { runId, stopRequested, waits } = run;
  const due: DueEffect[] = [];
  if (stopRequested || !isWaiting(view, run, options)) {
    // Each time it goes on is work of its own: the process that made it wait may not have quite let go.
    const key = waits === undefined ? `chat-run ${runId}` : `chat-run ${runId} ${waits}`;
    due.push({ key, name: "chat-run", run: (context) => answerOrEnd(context, runId, options) });
  }
  if (stopRequested) {
    const { owners } = options;
    // The run's engine may be in any process: each looks whether it has it.
    const run: DueEffect["run"] = ({ session }) => owners.stop(session, runId);
    due.push({ key: `chat-stop ${runId}`, name: "chat-stop", runsIn: "every-process", run });
  }
  return due;
}

/** A run that waits for people needs no process. */
function isWaiting(view: SessionView, run: RunEntity, { plugins }: RunEffectsOptions): boolean {
  if (runPhase(run.status) !== "awaiting-input") return false;
  let isBroken = false;
  const input = runInput(plugins, runRef(view.session, run), view, () => {
    // Whoever takes the run up finds the same, and reports it.
    isBroken = true;
  });
  return !isBroken && input?.type !== "given";
}

async function answerOrEnd(context: EffectContext, runId: string, options: RunEffectsOptions): Promise<void> {
  const view = context.view();
  const record = view.get(ChatRun, runId);
  if (record === undefined || !record.open) return;
  const run = record.payload;
  const ref = runRef(context.session, run);
  const input = () =>
    runInput(options.plugins, ref, context.view(), (error, plugin) => context.report(error, `chat plugin ${plugin}`));
  const start = startOf(view, run, ref, input);
  if (start === "waits") return;
  if (start === "over") {
    await publishEnd(context, ref, { type: run.stopRequested ? "stopped" : "interrupted" }, options);
    return;
  }
  const stopping = new AbortController();
  const claim = options.owners.claim(context.session, runId, () => stopping.abort());
  try {
    const { status } = run;
    const isUntouched = (view: SessionView) => {
      const now = view.get(ChatRun, runId)?.payload;
      return now?.status === status && !now.stopRequested;
    };
    const result = await context.publish(start.events, { guard: isUntouched });
    if (result.status !== "committed") {
      // A stop came in between, and its own work found this one under way.
      if (context.view().get(ChatRun, runId)?.payload.stopRequested) {
        await publishEnd(context, ref, { type: "stopped" }, options);
      }
      return;
    }
    const end = await driveRun(context, ref, { run, resumed: start.resumed }, stopping.signal, options);
    if (end?.type === "finished" && input() !== null) {
      await context.publish([event(ChatRunAwaitingInput, aboutRun(ref, run))], { guard: runIsOpen(runId) });
    } else if (end !== null) {
      await publishEnd(context, ref, end, options);
    }
  } finally {
    claim.release();
  }
}

interface RunStart {
  readonly events: readonly EventInput[];
  readonly resumed: ResumedRun | null;
}

/** What is in the log before an engine is called, if one is to be called. */
function startOf(
  view: SessionView,
  run: RunEntity,
  ref: RunRef,
  input: () => RunInput | null,
): RunStart | "waits" | "over" {
  const about = aboutRun(ref, run);
  switch (runPhase(run.status)) {
    case "queued":
      return { events: [event(ChatRunStarted, about)], resumed: null };
    case "awaiting-input": {
      if (run.stopRequested) return "over";
      const said = input();
      if (said?.type !== "given") return "waits";
      const { answers, events } = said;
      return {
        events: [event(ChatRunResumed, about), ...events],
        resumed: { answers, parts: partsSoFar(view, ref, answers) },
      };
    }
    default:
      return "over";
  }
}

function aboutRun({ messageId, correlation }: RunRef, { userMessageId }: RunEntity) {
  return { messageId, correlation, userMessageId };
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
