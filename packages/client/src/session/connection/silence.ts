/**
 * Owns telling a quiet connection from a dead one. Any frame is life; into a silence we ask, and whoever does not answer
 * is gone. Nothing here costs anything while frames flow.
 */
import { type ConnectionStep, step } from "./effect.ts";
import type { ConnectionContext } from "./event.ts";
import { type ConnectionStateOf, PONG_TIMEOUT_MS } from "./state.ts";

type Open = ConnectionStateOf<"open">;

export function isSilent(state: Open, { monotonic, lastInbound }: ConnectionContext): boolean {
  return monotonic - lastInbound >= state.quietMs + PONG_TIMEOUT_MS;
}

export function probe(state: Open, { monotonic }: ConnectionContext): ConnectionStep {
  return step({ ...state, probedAt: monotonic }, { type: "ping" }, { type: "timer", delayMs: PONG_TIMEOUT_MS });
}

/** What the timer found; `null`: we asked and nothing came. */
export function watch(state: Open, context: ConnectionContext): ConnectionStep | null {
  const { monotonic, lastInbound } = context;
  if (state.probedAt !== null && lastInbound < state.probedAt) return null;
  const restMs = lastInbound + state.quietMs - monotonic;
  if (restMs <= 0) return probe(state, context);
  return step({ ...state, probedAt: null }, { type: "timer", delayMs: restMs });
}
