import type { AnyRecord } from "../fan-out/lane-reader.ts";
import type { EntityRecord } from "../projection/view.ts";
import { ChatRun } from "./kinds.ts";
import { isRunOpen, type RunPhase, runPhase } from "./run/run-phase.ts";

/** What a chat is at: the phase of the run at the front, else of the latest one; read from the runs, never guessed. */
export interface ChatStatus {
  readonly phase: RunPhase | "idle";
  readonly runId: string;
  /** A run is open. */
  readonly busy: boolean;
}

const IDLE: ChatStatus = { phase: "idle", runId: "", busy: false };

/** `entities` in creation order. */
export function chatStatus({ entities }: { readonly entities: readonly AnyRecord[] }): ChatStatus {
  const runs = entities.filter(isRun).map(({ payload }) => ({ runId: payload.runId, phase: runPhase(payload.status) }));
  const shown = runs.find(({ phase }) => isRunOpen(phase)) ?? runs.at(-1);
  return shown === undefined ? IDLE : { ...shown, busy: isRunOpen(shown.phase) };
}

function isRun(record: AnyRecord): record is EntityRecord<typeof ChatRun.schema> {
  return !("opaque" in record) && record.kind.kind === ChatRun.kind;
}
