/** Owns asking for a session's state: now, or again after something went wrong. One request is in flight at a time. */
import { formatOrdinal, SessionStreamError } from "@sessionstream/protocol";
import type { ResyncReason } from "./diagnostic.ts";
import { NO_EARLY_EVENTS } from "./early-events.ts";
import { type SessionEffect, type Step, step } from "./effect.ts";
import { type Held, HYDRATION_TIMEOUT_MS, type Peer, type SessionConfig } from "./state.ts";

const TIMEOUT: SessionEffect = { type: "timer", delayMs: HYDRATION_TIMEOUT_MS };

export function subscribe(config: SessionConfig, peer: Peer, before: Held): Step {
  const held: Held = { ...before, requests: before.requests + 1 };
  const { cursor, floor } = held;
  const { sessionId, window } = config;
  const sinceSnapshotOrdinal = formatOrdinal(cursor.ordinal);
  if (peer === "reference") {
    const state = { type: "reference-syncing", held, early: NO_EARLY_EVENTS } as const;
    return step(
      state,
      { type: "send", frame: { subscribe: withoutZeros({ sessionId, sinceSnapshotOrdinal }) } },
      TIMEOUT,
    );
  }
  const requestId = `${config.subscription}.${held.requests}`;
  const { epoch, view, tag } = cursor;
  const position = { sinceSnapshotOrdinal, epoch, view, tag, window, from: formatOrdinal(floor) };
  const request = { sessionId, capabilities: ["timeline"], requestId, ...withoutZeros(position) };
  const state = { type: "syncing", held, requestId, parts: null, passedOver: 0 } as const;
  return step(state, { type: "send", frame: { subscribe: request } }, TIMEOUT);
}

/** As protobuf JSON does. A strict server knows these fields only when they say something. */
function withoutZeros<Fields extends object>(fields: Fields): Partial<Fields> {
  const told = Object.entries(fields).filter(([, value]) => value !== "" && value !== "0" && value !== 0);
  // CAST: the same fields, some left out.
  return Object.fromEntries(told) as Partial<Fields>;
}

/** At once the first time; with the retry policy's delays when that brought nothing forward. */
export function resync(
  config: SessionConfig,
  peer: Peer,
  before: Held,
  reason: ResyncReason,
  error: SessionStreamError | null = null,
): Step {
  const held: Held = { ...before, attempt: before.attempt + 1 };
  const report: SessionEffect = {
    type: "report",
    diagnostic: { type: "resync", sessionId: config.sessionId, reason, attempt: before.attempt },
  };
  if (before.attempt === 0 && error === null) {
    const asked = subscribe(config, peer, held);
    return step(asked.state, report, ...asked.effects);
  }
  const cause = error ?? new SessionStreamError("protocol_error", `The session could not be read (${reason})`);
  return step({ type: "retrying", held, peer, error: cause }, report, {
    type: "backoff",
    attempt: before.attempt,
    minDelayMs: cause.retryAfterMs ?? 0,
  });
}

/** Forgets the position but keeps the window: the answer can only be a FULL. */
export function withoutCursor(held: Held): Held {
  return { ...held, cursor: { epoch: held.cursor.epoch, view: "", ordinal: 0n, tag: "" } };
}

export function noAnswer(): SessionStreamError {
  return new SessionStreamError("timeout", "The server did not answer in time. Trying again.");
}
