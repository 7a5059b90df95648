/** Owns a session between its request and the answer. Nothing counts but what answers it. */
import type { ErrorFrame, SnapshotFrame } from "../decode/server-frame.ts";
import { adoptSnapshot } from "./adopt-snapshot.ts";
import { type Step, stay, step } from "./effect.ts";
import type { SessionEvent } from "./event.ts";
import { addPart } from "./snapshot-parts.ts";
import { HYDRATION_TIMEOUT_MS, type SessionConfig, type StateOf } from "./state.ts";
import { noAnswer, resync, withoutCursor } from "./subscribe.ts";

type Syncing = StateOf<"syncing">;

export function whileSyncing(config: SessionConfig, state: Syncing, event: SessionEvent): Step {
  switch (event.type) {
    case "snapshot":
      return event.requestId === state.requestId
        ? onSnapshot(config, state, event)
        : passOver(config, state, event.type);
    case "timeline":
      return passOver(config, state, event.type);
    case "error":
      return event.requestId === "" || event.requestId === state.requestId
        ? onError(config, state, event)
        : stay(state);
    case "ephemeral": {
      const { key, payload, ttlMs } = event;
      return step(state, { type: "apply", update: { type: "ephemeral", key, payload, ttlMs } });
    }
    case "malformed":
      return resync(config, "timeline", state.held, "malformed");
    case "timer":
      return resync(config, "timeline", state.held, "timeout", noAnswer());
    default:
      return stay(state);
  }
}

function onSnapshot(config: SessionConfig, state: Syncing, frame: SnapshotFrame): Step {
  const assembled = addPart(state.parts, frame);
  if (assembled.type === "surprise") return resync(config, "timeline", state.held, "parts");
  if (assembled.type === "partial") {
    return step({ ...state, parts: assembled.parts }, { type: "timer", delayMs: HYDRATION_TIMEOUT_MS });
  }
  const adopted = frame.mode === "page" ? null : adoptSnapshot(state.held, assembled.snapshot);
  if (adopted === null) return resync(config, "timeline", withoutCursor(state.held), "snapshot");
  return step(
    { type: "live", held: adopted.held, parts: null, page: null },
    { type: "apply", update: adopted.update },
    { type: "timer", delayMs: null },
  );
}

function onError(config: SessionConfig, state: Syncing, { error }: ErrorFrame): Step {
  if (error.retryable) return resync(config, "timeline", state.held, "error", error);
  return step({ type: "failed", held: state.held, error }, { type: "timer", delayMs: null });
}

function passOver(config: SessionConfig, state: Syncing, frame: string): Step {
  const next = { ...state, passedOver: state.passedOver + 1 };
  if (state.passedOver > 0) return stay(next);
  const diagnostic = { type: "passed-over", sessionId: config.sessionId, frame } as const;
  return step(next, { type: "report", diagnostic });
}
