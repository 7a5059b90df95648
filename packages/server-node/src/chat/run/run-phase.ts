import { ChatRunStatus } from "@sessionstream/protocol/chat/v1";

/**
 * Owns the life of a run: its phases and which event leads from which to which. Pure, and complete by its type: a
 * phase or an event more does not compile until every cell is decided.
 */
export type RunPhase = "queued" | "running" | "awaiting-input" | "finished" | "stopped" | "failed" | "interrupted";

export type RunEventName = "started" | "awaiting-input" | "resumed" | "finished" | "stopped" | "failed" | "interrupted";

const SETTLED: Readonly<Record<RunEventName, null>> = {
  started: null,
  "awaiting-input": null,
  resumed: null,
  finished: null,
  stopped: null,
  failed: null,
  interrupted: null,
};

/** `null`: the event changes nothing. Terminal phases absorb everything, so that the first terminal event wins. */
export const RUN_TRANSITIONS: Readonly<Record<RunPhase, Readonly<Record<RunEventName, RunPhase | null>>>> = {
  queued: {
    started: "running",
    "awaiting-input": null,
    resumed: null,
    finished: null,
    stopped: "stopped",
    failed: "failed",
    interrupted: "interrupted",
  },
  running: {
    started: null,
    "awaiting-input": "awaiting-input",
    resumed: null,
    finished: "finished",
    stopped: "stopped",
    failed: "failed",
    interrupted: "interrupted",
  },
  "awaiting-input": {
    started: null,
    "awaiting-input": null,
    resumed: "running",
    finished: "finished",
    stopped: "stopped",
    failed: "failed",
    interrupted: "interrupted",
  },
  finished: SETTLED,
  stopped: SETTLED,
  failed: SETTLED,
  interrupted: SETTLED,
};

const STATUS: Readonly<Record<RunPhase, ChatRunStatus>> = {
  queued: ChatRunStatus.QUEUED,
  running: ChatRunStatus.RUNNING,
  "awaiting-input": ChatRunStatus.AWAITING_INPUT,
  finished: ChatRunStatus.FINISHED,
  stopped: ChatRunStatus.STOPPED,
  failed: ChatRunStatus.FAILED,
  interrupted: ChatRunStatus.INTERRUPTED,
};

export function runStatus(phase: RunPhase): ChatRunStatus {
  return STATUS[phase];
}

/** A status this version does not know was written by a later one: it reads as ended, so that nobody here touches it. */
export function runPhase(status: ChatRunStatus): RunPhase {
  switch (status) {
    case ChatRunStatus.QUEUED:
      return "queued";
    case ChatRunStatus.RUNNING:
      return "running";
    case ChatRunStatus.AWAITING_INPUT:
      return "awaiting-input";
    case ChatRunStatus.FINISHED:
      return "finished";
    case ChatRunStatus.STOPPED:
      return "stopped";
    case ChatRunStatus.FAILED:
      return "failed";
    default:
      return "interrupted";
  }
}

export function isRunOpen(phase: RunPhase): boolean {
  return phase === "queued" || phase === "running" || phase === "awaiting-input";
}
