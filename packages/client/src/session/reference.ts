/**
 * Owns a session on a reference server: snapshot, then UI events. There a resume is always a whole snapshot, a lost
 * event cannot be noticed, and events of one commit share their ordinal: all of them count (P10).
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { ErrorFrame, SnapshotFrame, UiEventFrame } from "../decode/server-frame.ts";
import { eventsAfter, keepEarly } from "./early-events.ts";
import { type SessionEffect, type Step, stay, step } from "./effect.ts";
import type { SessionEvent } from "./event.ts";
import { type Held, HYDRATION_TIMEOUT_MS, type SessionConfig, type StateOf } from "./state.ts";
import { noAnswer, resync } from "./subscribe.ts";

type Syncing = StateOf<"reference-syncing">;
type Following = StateOf<"reference-catching-up" | "reference-live">;

export function whileReferenceSyncing(config: SessionConfig, state: Syncing, event: SessionEvent): Step {
  switch (event.type) {
    case "snapshot":
      return onSnapshot(state, event);
    case "ui-event": {
      const early = keepEarly(state.early, event);
      return early === null ? resync(config, "reference", state.held, "overflow") : stay({ ...state, early });
    }
    case "error":
      return onError(config, state, event);
    case "malformed":
      return resync(config, "reference", state.held, "malformed");
    case "timer":
      return resync(config, "reference", state.held, "timeout", noAnswer());
    default:
      return stay(state);
  }
}

export function whileReferenceFollowing(config: SessionConfig, state: Following, event: SessionEvent): Step {
  switch (event.type) {
    case "ui-event":
      return onEvent(config, state, event);
    case "subscribed":
      return step({ ...state, type: "reference-live" }, { type: "timer", delayMs: null });
    case "snapshot":
      return assign(state, event, []);
    case "error":
      return onError(config, state, event);
    case "malformed":
      return resync(config, "reference", state.held, "malformed");
    case "mismatch":
      return event.update === "full"
        ? step({ type: "failed", held: state.held, error: unshowable() }, { type: "timer", delayMs: null })
        : resync(config, "reference", state.held, "mismatch");
    case "timer":
      return state.type === "reference-live"
        ? stay(state)
        : resync(config, "reference", state.held, "timeout", noAnswer());
    default:
      return stay(state);
  }
}

function onSnapshot(state: Syncing, snapshot: SnapshotFrame): Step {
  return assign(
    { type: "reference-catching-up", held: state.held, boundary: snapshot.ordinal },
    snapshot,
    eventsAfter(state.early, snapshot.ordinal),
    { type: "timer", delayMs: HYDRATION_TIMEOUT_MS },
  );
}

function assign(
  state: Following,
  snapshot: SnapshotFrame,
  early: readonly UiEventFrame[],
  ...last: SessionEffect[]
): Step {
  const ordinal = early.at(-1)?.ordinal ?? snapshot.ordinal;
  const held: Held = { ...at(state.held, ordinal), floor: 0n, loaded: true };
  const applied = [snapshot, ...early].map((frame) => ({ type: "apply-mapped", frame }) as const);
  return step({ type: state.type, held, boundary: snapshot.ordinal }, ...last, ...applied);
}

function onEvent(config: SessionConfig, state: Following, frame: UiEventFrame): Step {
  const { ordinal } = frame;
  if (ordinal <= state.boundary) {
    return step(state, { type: "report", diagnostic: { type: "duplicate", sessionId: config.sessionId, ordinal } });
  }
  const cursor = state.held.cursor.ordinal;
  const held = { ...at(state.held, ordinal > cursor ? ordinal : cursor), attempt: 0 };
  return step({ ...state, held }, { type: "apply-mapped", frame });
}

function onError(config: SessionConfig, state: Syncing | Following, { error }: ErrorFrame): Step {
  const live = state.type === "reference-live";
  // Its errors name no session. While content arrives it is about that; later it is about something else.
  return live ? stay(state) : resync(config, "reference", state.held, "error", error);
}

function at(held: Held, ordinal: bigint): Held {
  return { ...held, cursor: { epoch: "", view: "", ordinal, tag: "" } };
}

function unshowable(): SessionStreamError {
  return new SessionStreamError("internal", "The session's content could not be shown", { retryable: false });
}
