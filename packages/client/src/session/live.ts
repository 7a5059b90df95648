/**
 * Owns a session that follows its server commit by commit. The order of the checks on a commit is the protocol's:
 * epoch, duplicate, gap, apply.
 */
import { formatOrdinal, SessionStreamError } from "@sessionstream/protocol";
import type { TimelineUpdate } from "../backend/chat-backend.ts";
import type { ErrorFrame, SnapshotFrame, SubscriptionHead, TimelineFrame } from "../decode/server-frame.ts";
import { adoptSnapshot, sameHistory } from "./adopt-snapshot.ts";
import type { ResyncReason } from "./diagnostic.ts";
import { type SessionEffect, type Step, stay, step } from "./effect.ts";
import type { SessionEvent } from "./event.ts";
import { addPart } from "./snapshot-parts.ts";
import { type Held, PAGE_TIMEOUT_MS, type PendingPage, type SessionConfig, type StateOf } from "./state.ts";
import { resync, withoutCursor } from "./subscribe.ts";

type Live = StateOf<"live">;

const STOP_TIMER: SessionEffect = { type: "timer", delayMs: null };

export function whileLive(config: SessionConfig, state: Live, event: SessionEvent): Step {
  switch (event.type) {
    case "timeline":
      return onCommit(config, state, event);
    case "snapshot":
      return onSnapshot(config, state, event);
    case "ephemeral": {
      const { key, payload, ttlMs } = event;
      return step(state, { type: "apply", update: { type: "ephemeral", key, payload, ttlMs } });
    }
    case "head":
      return isBehind(state, event.head) ? leave(config, state, state.held, "head") : stay(state);
    case "error":
      return onError(config, state, event);
    case "malformed":
      // What nobody can attribute is found by the next commit or ping, if it mattered.
      return !event.ours ? stay(state) : leave(config, state, state.held, "malformed");
    case "mismatch":
      return onMismatch(config, state, event.update);
    case "load-earlier":
      return state.page === null ? askForPage(config, state, event.limit, true) : stay(state);
    case "forget":
      return forget(state, event.floor);
    case "timer":
      return step({ ...state, page: null, parts: null }, ...dropPage(state, "timeout"));
    default:
      return stay(state);
  }
}

function onCommit(config: SessionConfig, state: Live, frame: TimelineFrame): Step {
  const { cursor, floor, requests } = state.held;
  const { epoch, prevOrdinal, ordinal, tag, changes } = frame;
  const unborn = cursor.epoch === "" && cursor.ordinal === 0n;
  if (epoch !== cursor.epoch && !unborn) return leave(config, state, state.held, "epoch");
  if (ordinal <= cursor.ordinal) {
    return step(state, { type: "report", diagnostic: { type: "duplicate", sessionId: config.sessionId, ordinal } });
  }
  if (prevOrdinal !== cursor.ordinal) {
    const diagnostic = { type: "gap", sessionId: config.sessionId, cursor: cursor.ordinal, prevOrdinal } as const;
    return leave(config, state, state.held, "gap", { type: "report", diagnostic });
  }
  const held: Held = { cursor: { epoch, view: cursor.view, ordinal, tag }, floor, loaded: true, requests, attempt: 0 };
  return step(
    { type: "live", held, parts: state.parts, page: state.page },
    { type: "apply", update: { type: "commit", epoch, ordinal, tag, changes } },
  );
}

/** The ping says what was sent before it, so whatever is missing is lost (F-W7): the end of the subscription, too. */
function isBehind({ held: { cursor } }: Live, head: SubscriptionHead | null): boolean {
  return head === null || head.ordinal > cursor.ordinal || (head.epoch !== cursor.epoch && cursor.epoch !== "");
}

function onSnapshot(config: SessionConfig, state: Live, frame: SnapshotFrame): Step {
  const { page } = state;
  // With another id it answers a request that was given up.
  if (frame.requestId !== "" && frame.requestId !== page?.requestId) return stay(state);
  const assembled = addPart(state.parts, frame);
  if (assembled.type === "surprise") return leave(config, state, state.held, "parts");
  if (assembled.type === "partial") return stay({ ...state, parts: assembled.parts });
  const { snapshot } = assembled;
  if (snapshot.mode === "page") return page === null ? stay(state) : onPage(config, state, page, snapshot);
  const adopted = adoptSnapshot(state.held, snapshot);
  if (adopted === null) return leave(config, state, withoutCursor(state.held), "snapshot");
  return step({ type: "live", held: adopted.held, parts: null, page }, { type: "apply", update: adopted.update });
}

function onPage(config: SessionConfig, state: Live, page: PendingPage, snapshot: SnapshotFrame): Step {
  const { cursor } = state.held;
  // Pages come in line with the commits: one from further on says that a commit was lost.
  if (snapshot.ordinal > cursor.ordinal || !sameHistory(cursor, snapshot)) {
    return leave(config, state, state.held, "head");
  }
  if (snapshot.ordinal < cursor.ordinal) return askForPage(config, state, page.limit, false);
  const { entities, floor, hasEarlier } = snapshot;
  return step(
    { type: "live", held: { ...state.held, floor }, parts: null, page: null },
    { type: "apply", update: { type: "page", entities, floor, hasEarlier } },
    { type: "page-settled", error: null },
    STOP_TIMER,
  );
}

/** Our side of the window only: the server goes on sending what lies below, and it is passed over. */
function forget(state: Live, floor: bigint): Step {
  // The page on its way starts where the window starts now.
  if (state.page !== null || floor <= state.held.floor) return stay(state);
  return step({ ...state, held: { ...state.held, floor } }, { type: "apply", update: { type: "forget", floor } });
}

function askForPage(config: SessionConfig, state: Live, limit: number, first: boolean): Step {
  const held: Held = { ...state.held, requests: state.held.requests + 1 };
  const requestId = `${config.subscription}.${held.requests}`;
  const request = { sessionId: config.sessionId, before: formatOrdinal(held.floor), limit, requestId };
  const effects: SessionEffect[] = [{ type: "send", frame: { page: request } }];
  // Asking again does not extend the time.
  if (first) effects.push({ type: "timer", delayMs: PAGE_TIMEOUT_MS });
  return step({ type: "live", held, parts: null, page: { requestId, limit } }, ...effects);
}

function onError(config: SessionConfig, state: Live, { requestId, error }: ErrorFrame): Step {
  if (state.page !== null && requestId === state.page.requestId) {
    return step({ ...state, page: null, parts: null }, { type: "page-settled", error }, STOP_TIMER);
  }
  if (requestId !== "") return stay(state);
  const dropped = dropPage(state, "network");
  if (!error.retryable) return step({ type: "failed", held: state.held, error }, ...dropped, STOP_TIMER);
  const left = resync(config, "timeline", state.held, "error", error);
  return step(left.state, ...dropped, ...left.effects);
}

function onMismatch(config: SessionConfig, state: Live, update: TimelineUpdate["type"]): Step {
  switch (update) {
    case "ephemeral":
    case "forget":
      return stay(state);
    case "full": {
      const error = new SessionStreamError("internal", "The session's content could not be shown");
      const failed = { type: "failed", held: withoutCursor(state.held), error } as const;
      return step(failed, ...dropPage(state, "network"), STOP_TIMER);
    }
    case "page": {
      // It counted as applied when it was handed over.
      const settled: SessionEffect = { type: "page-settled", error: lostPage("network") };
      return leave(config, { ...state, page: null }, withoutCursor(state.held), "mismatch", settled);
    }
    case "delta":
    case "commit":
    case "mutations":
      return leave(config, state, withoutCursor(state.held), "mismatch");
  }
}

function leave(config: SessionConfig, state: Live, held: Held, reason: ResyncReason, ...first: SessionEffect[]): Step {
  const left = resync(config, "timeline", held, reason);
  return step(left.state, ...first, ...dropPage(state, "network"), ...left.effects);
}

export function dropPage(state: Live, code: "network" | "timeout"): SessionEffect[] {
  return state.page === null ? [] : [{ type: "page-settled", error: lostPage(code) }];
}

export function lostPage(code: "network" | "timeout"): SessionStreamError {
  const why = code === "timeout" ? "The server did not answer in time" : "The connection was interrupted";
  return new SessionStreamError(code, `Older messages were not loaded: ${why.toLowerCase()}. Try again.`);
}
