import { type RunEntity, StopInferenceCommandSchema } from "@sessionstream/protocol/chat/v1";
import { accept, defineCommand } from "../../command/define-command.ts";
import { type EventInput, event } from "../../event/define-event.ts";
import { ChatRunStopped, ChatRunStopRequested } from "../events.ts";
import { ChatRun } from "../kinds.ts";
import { runPhase } from "../run/run-phase.ts";

/**
 * ChatStopInference: stops the named run, or without a name the one that is being answered. A stop that comes too
 * late, or for another run, changes nothing and is no error: what it wanted is so.
 */
export const stopInference = defineCommand({
  name: "ChatStopInference",
  schema: StopInferenceCommandSchema,
  decide({ payload }, view) {
    const { runId } = payload;
    const target = runId === "" ? view.listOpen(ChatRun)[0] : view.get(ChatRun, runId);
    if (target === undefined) return accept([], { outcome: { runId, status: "idle" } });
    const run = target.payload;
    if (!target.open) return accept([], { outcome: { runId: run.runId, status: runPhase(run.status) } });
    const status = runPhase(run.status) === "queued" ? "stopped" : "stop_requested";
    return accept(stopEvents(run), { outcome: { runId: run.runId, status } });
  },
});

/** A queued run ends at once; a run being answered ends when its engine let go. */
export function stopEvents(run: RunEntity): readonly EventInput[] {
  const about = {
    messageId: run.messageId,
    correlation: { runId: run.runId, turnId: run.userMessageId },
  };
  if (runPhase(run.status) === "queued") return [event(ChatRunStopped, { ...about, status: "stopped" })];
  return run.stopRequested ? [] : [event(ChatRunStopRequested, about)];
}
