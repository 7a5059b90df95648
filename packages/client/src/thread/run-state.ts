/**
 * Owns the thread's run: read from run entities, so that a finished text segment never looks like a finished run (K25).
 * Reference servers have no run entities; there the newest message or tool call tells.
 */
import type { EntityKey } from "@sessionstream/protocol";
import type { TimelineEntity } from "../timeline/entity.ts";
import type { Timeline } from "../timeline/timeline.ts";
import { CHAT_KINDS } from "./chat-payload.ts";
import type { RunPhase, RunState } from "./status.ts";

const NO_RUN: RunState = { type: "none" };

const PHASES: ReadonlyMap<unknown, RunPhase> = new Map<string, RunPhase>([
  ["CHAT_RUN_STATUS_QUEUED", "queued"],
  ["CHAT_RUN_STATUS_RUNNING", "running"],
  ["CHAT_RUN_STATUS_AWAITING_INPUT", "awaiting-input"],
  ["CHAT_RUN_STATUS_FINISHED", "finished"],
  ["CHAT_RUN_STATUS_STOPPED", "stopped"],
  ["CHAT_RUN_STATUS_FAILED", "failed"],
  ["CHAT_RUN_STATUS_INTERRUPTED", "interrupted"],
]);

/** `undefined` for a status this client does not know: such a run is judged by its open bit. */
function runPhase(run: TimelineEntity): RunPhase | undefined {
  return PHASES.get(run.payload["status"]);
}

/** What a run entity says; unknown phases are active as long as the entity is open. */
export function runStateOf(run: TimelineEntity): RunState {
  const { payload } = run;
  const phase = runPhase(run) ?? (run.open ? "running" : "finished");
  return {
    type: "run",
    id: run.id,
    phase,
    active: isActive(phase),
    stopRequested: payload["stopRequested"] === true,
    error: phase === "failed" || phase === "interrupted" ? runError(run) : null,
  };
}

/** Running before waiting in line; else the latest of all. */
export function currentRun(timeline: Timeline): RunState {
  let latest: RunState | undefined;
  let working: RunState | undefined;
  let queued: RunState | undefined;
  for (const key of timeline.getOrder()) {
    const entity = isRunKey(key) ? timeline.getEntity(key) : undefined;
    if (entity === undefined) continue;
    const state = runStateOf(entity);
    latest = state;
    if (state.type !== "run" || !state.active) continue;
    if (state.phase !== "queued") working = state;
    else queued ??= state;
  }
  // Only logs of reference servers have no epoch.
  if (latest === undefined && timeline.getCursor().epoch === "") return guessedRun(timeline);
  return working ?? queued ?? latest ?? NO_RUN;
}

export function isRunKey(key: EntityKey): boolean {
  return key.startsWith(`${CHAT_KINDS.run}/`);
}

export function sameRun(a: RunState, b: RunState): boolean {
  if (a.type !== "run" || b.type !== "run") return a.type === b.type;
  const sameError = a.error?.code === b.error?.code && a.error?.message === b.error?.message;
  return a.id === b.id && a.phase === b.phase && a.stopRequested === b.stopRequested && sameError;
}

function isActive(phase: RunPhase): boolean {
  return phase === "queued" || phase === "running" || phase === "awaiting-input";
}

function runError({ payload }: TimelineEntity): { code: string; message: string; retryable: boolean } {
  const { errorCode, error } = payload;
  return {
    code: typeof errorCode === "string" ? errorCode : "",
    message: typeof error === "string" ? error : "",
    retryable: payload["retryable"] === true,
  };
}

/** The message or tool call that changed last: newer beats older, whatever the older one ended as. */
function guessedRun(timeline: Timeline): RunState {
  let newest: TimelineEntity | undefined;
  for (const key of timeline.getOrder()) {
    const entity = timeline.getEntity(key);
    if (entity === undefined || (entity.kind !== CHAT_KINDS.message && entity.kind !== CHAT_KINDS.toolCall)) continue;
    if (newest === undefined || entity.lastEventOrdinal >= newest.lastEventOrdinal) newest = entity;
  }
  if (newest === undefined) return NO_RUN;
  const phase = guessedPhase(newest);
  const error = phase === "failed" ? runError(newest) : null;
  return { type: "run", id: "", phase, active: isActive(phase), stopRequested: false, error };
}

function guessedPhase({ kind, payload }: TimelineEntity): RunPhase {
  const { status, role } = payload;
  if (kind === CHAT_KINDS.toolCall) return status === "failed" ? "failed" : "running";
  if (status === "error" || status === "failed" || role === "error") return "failed";
  if (status === "stopped") return "stopped";
  if (status === "interrupted") return "interrupted";
  return role === "user" || payload["streaming"] === true || status === "streaming" ? "running" : "finished";
}
