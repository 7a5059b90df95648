import { create, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { type RunEntity, RunEntitySchema, type RunFinishedSchema } from "@sessionstream/protocol/chat/v1";
import type { EventType } from "../../event/define-event.ts";
import { defineProjection, type EntityWrite, type EventHandler, on, put } from "../../projection/define-projection.ts";
import type { SessionView } from "../../projection/view.ts";
import { runIdOf } from "../correlation.ts";
import {
  ChatProviderCallFinished,
  ChatProviderCallMetadataUpdated,
  ChatProviderCallStarted,
  ChatRunAwaitingInput,
  ChatRunFailed,
  ChatRunFinished,
  ChatRunInterrupted,
  ChatRunQueued,
  ChatRunResumed,
  ChatRunStarted,
  ChatRunStopped,
  ChatRunStopRequested,
} from "../events.ts";
import { ChatMessage, ChatRun } from "../kinds.ts";
import { RUN_TRANSITIONS, type RunEventName, runPhase, runStatus } from "../run/run-phase.ts";
import { addUsage } from "../usage.ts";

/** Owns ChatRun, the durable state of a run: every status a client shows is read from here, never guessed. */
export const runsProjection = defineProjection({
  name: "chat.runs",
  version: 1,
  writes: [ChatRun],
  on: [
    on(ChatRunQueued, ({ payload, at, commandId }, view) => {
      const runId = runIdOf(payload);
      if (view.get(ChatRun, runId) !== undefined) return [];
      return [put(ChatRun, runId, newRun(payload, view, { status: runStatus("queued"), queuedAt: at }), { commandId })];
    }),
    on(ChatRunStarted, ({ payload, at, commandId }, view) => {
      const runId = runIdOf(payload);
      if (view.get(ChatRun, runId) !== undefined) return step(view, runId, "started", { startedAt: at });
      // A producer without a queue.
      const started = { status: runStatus("running"), queuedAt: at, startedAt: at };
      return [put(ChatRun, runId, newRun(payload, view, started), { commandId })];
    }),
    on(ChatRunAwaitingInput, ({ payload }, view) => {
      const runId = runIdOf(payload);
      const waits = (view.get(ChatRun, runId)?.payload.waits ?? 0) + 1;
      return step(view, runId, "awaiting-input", { waits });
    }),
    on(ChatRunResumed, ({ payload }, view) => step(view, runIdOf(payload), "resumed")),
    on(ChatRunStopRequested, ({ payload }, view) => update(view, runIdOf(payload), () => ({ stopRequested: true }))),
    ends(ChatRunFinished, "finished"),
    ends(ChatRunStopped, "stopped"),
    ends(ChatRunFailed, "failed"),
    ends(ChatRunInterrupted, "interrupted"),
    on(ChatProviderCallStarted, ({ payload }, view) =>
      update(view, runIdOf(payload), (run) => ({ model: payload.model || run.model })),
    ),
    on(ChatProviderCallMetadataUpdated, ({ payload }, view) =>
      update(view, runIdOf(payload), (run) => ({ stopReason: payload.stopReason || run.stopReason })),
    ),
    on(ChatProviderCallFinished, ({ payload }, view) =>
      update(view, runIdOf(payload), (run) => {
        const usage = addUsage(run.usage, payload.usage);
        return { stopReason: payload.stopReason || run.stopReason, ...(usage === undefined ? {} : { usage }) };
      }),
    ),
  ],
});

function ends(event: EventType<typeof RunFinishedSchema>, name: RunEventName): EventHandler {
  return on(event, ({ payload, at }, view) =>
    step(view, runIdOf(payload), name, {
      endedAt: at,
      error: payload.error,
      errorCode: payload.errorCode,
      retryable: payload.retryable,
    }),
  );
}

function step(
  view: SessionView,
  runId: string,
  name: RunEventName,
  changes: Partial<RunEntity> = {},
): readonly EntityWrite[] {
  const run = view.get(ChatRun, runId)?.payload;
  const next = run === undefined ? null : RUN_TRANSITIONS[runPhase(run.status)][name];
  return run === undefined || next === null
    ? []
    : [put(ChatRun, runId, { ...run, ...changes, status: runStatus(next) })];
}

/** Changes facts of a run that is still open. */
function update(
  view: SessionView,
  runId: string,
  change: (run: RunEntity) => Partial<RunEntity>,
): readonly EntityWrite[] {
  const run = view.get(ChatRun, runId);
  return run?.open ? [put(ChatRun, runId, { ...run.payload, ...change(run.payload) })] : [];
}

function newRun(
  queued: MessageShape<typeof ChatRunQueued.schema>,
  view: SessionView,
  init: MessageInitShape<typeof RunEntitySchema>,
): RunEntity {
  return create(RunEntitySchema, {
    runId: runIdOf(queued),
    messageId: queued.messageId,
    userMessageId: queued.userMessageId,
    prompt: queued.prompt,
    attachments: view.get(ChatMessage, queued.userMessageId)?.payload.attachments ?? [],
    ...init,
  });
}
