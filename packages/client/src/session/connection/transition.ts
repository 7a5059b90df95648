/**
 * Owns the whole behaviour of the connection as a pure function: at most one socket, and while a session wants it always
 * either a socket or something scheduled. transition.test.ts has the truth table.
 */
import { CLOSE_CODES, SessionStreamError } from "@sessionstream/protocol";
import { afterLoss, connect, fail, waitForRetry } from "./after-loss.ts";
import { type ConnectionEffect, type ConnectionStep, step } from "./effect.ts";
import type { ConnectionContext, ConnectionEvent } from "./event.ts";
import { isSilent, probe, watch } from "./silence.ts";
import { type ConnectionState, type ConnectionStateOf, NO_NOTICE, PING_INTERVAL_MS } from "./state.ts";

/** The version of the protocol this client speaks. */
const PROTOCOL = 1;

export function connectionTransition(
  state: ConnectionState,
  event: ConnectionEvent,
  context: ConnectionContext,
): ConnectionStep {
  switch (event.type) {
    case "wanted":
      return state.type === "idle" || state.type === "failed" ? connect(state.generation, 0, 0) : step(state);
    case "unwanted":
      return state.type === "closed" ? step(state) : end(state, { type: "idle", generation: state.generation });
    case "closed":
      return state.type === "closed" ? step(state) : end(state, { type: "closed", generation: state.generation });
    case "unopenable":
      return state.type === "connecting" ? fail(state.generation, event.error) : step(state);
    case "retry":
      return onRetry(state);
    case "wake":
      return onWake(state, context);
    case "offline":
      return onOffline(state, context);
    case "pagehide":
      return onPagehide(state, context);
    case "hello":
      return state.type === "connecting" && event.generation === state.generation
        ? onHello(state, event.hello)
        : step(state);
    case "lost":
      return (state.type === "connecting" || state.type === "open") && event.generation === state.generation
        ? afterLoss(state, event.code, context)
        : step(state);
    case "live":
      return state.type === "open" ? step({ ...state, attempt: 0, strike: 0 }) : step(state);
    case "server-error":
      return state.type === "open" ? step({ ...state, notice: { ...state.notice, error: event.error } }) : step(state);
    case "draining":
      return state.type === "open"
        ? step({ ...state, notice: { ...state.notice, drainMs: event.afterMs } })
        : step(state);
    case "refreshed":
      return state.type === "refreshing" ? onRefreshed(state, event.ok) : step(state);
    case "timer":
      return onTimer(state, context);
  }
}

function onHello(state: ConnectionStateOf<"connecting">, hello: ConnectionHello): ConnectionStep {
  if (hello.protocolMin > PROTOCOL) {
    const error = new SessionStreamError("upgrade_required", "The server needs a newer version of this app: reload it");
    return fail(state.generation, error, { type: "disconnect", code: CLOSE_CODES.upgradeRequired });
  }
  const peer = hello.capabilities.includes("timeline") ? "timeline" : "reference";
  const quietMs = hello.heartbeatIntervalMs > 0 ? hello.heartbeatIntervalMs : PING_INTERVAL_MS;
  return step(
    { ...state, type: "open", peer, quietMs, probedAt: null, notice: NO_NOTICE },
    { type: "report", diagnostic: { type: "connected", connectionId: hello.connectionId, peer } },
    { type: "timer", delayMs: quietMs },
    { type: "attach", peer },
  );
}

type ConnectionHello = Extract<ConnectionEvent, { readonly type: "hello" }>["hello"];

function onRetry(state: ConnectionState): ConnectionStep {
  switch (state.type) {
    case "waiting":
    case "refreshing":
      return connect(state.generation, state.attempt, state.strike);
    case "failed":
      return connect(state.generation, 0, 0);
    case "idle":
    case "connecting":
    case "open":
    case "closed":
      return step(state);
  }
}

function onWake(state: ConnectionState, context: ConnectionContext): ConnectionStep {
  if (state.type === "waiting") {
    const early = !context.online || context.monotonic < state.notBefore;
    return early ? step(state) : connect(state.generation, state.attempt, state.strike);
  }
  if (state.type !== "open") return step(state);
  // A socket that slept through its heartbeats is not worth asking (F-C15).
  return isSilent(state, context) ? dropSilent(state) : probe(state, context);
}

function onOffline(state: ConnectionState, context: ConnectionContext): ConnectionStep {
  if (state.type === "open") return probe(state, context);
  return state.type === "waiting" ? waitForRetry(state, "offline", 0, { ...context, online: false }) : step(state);
}

/** Something stays scheduled, so that a page which is not left after all comes back by itself. */
function onPagehide(state: ConnectionState, context: ConnectionContext): ConnectionStep {
  if (state.type !== "connecting" && state.type !== "open") return step(state);
  const { generation, attempt, strike } = state;
  const waiting = waitForRetry({ generation, attempt: attempt + 1, strike }, "lost", 0, context);
  return step(
    waiting.state,
    { type: "disconnect", code: CLOSE_CODES.normal },
    { type: "detach", error: null },
    ...waiting.effects,
  );
}

function onRefreshed(state: ConnectionStateOf<"refreshing">, ok: boolean): ConnectionStep {
  if (ok) return connect(state.generation, state.attempt, state.strike);
  return fail(state.generation, new SessionStreamError("unauthenticated", "The sign-in has expired: sign in again"));
}

function onTimer(state: ConnectionState, context: ConnectionContext): ConnectionStep {
  switch (state.type) {
    case "connecting": {
      const lost = afterLoss(state, CLOSE_CODES.handshakeTimeout, context);
      return step(lost.state, { type: "disconnect", code: CLOSE_CODES.handshakeTimeout }, ...lost.effects);
    }
    case "open":
      return watch(state, context) ?? dropSilent(state);
    case "waiting":
      return connect(state.generation, state.attempt, state.strike);
    case "refreshing":
      return waitForRetry(state, "refused", 0, context);
    case "idle":
    case "failed":
    case "closed":
      return step(state);
  }
}

function dropSilent(state: ConnectionStateOf<"open">): ConnectionStep {
  const next = connect(state.generation, state.attempt, state.strike);
  return step(
    next.state,
    { type: "disconnect", code: CLOSE_CODES.noPong },
    { type: "detach", error: null },
    ...next.effects,
  );
}

function end(state: ConnectionState, next: ConnectionState): ConnectionStep {
  const effects: ConnectionEffect[] = [{ type: "timer", delayMs: null }];
  if (state.type === "connecting" || state.type === "open") {
    effects.push({ type: "disconnect", code: CLOSE_CODES.normal }, { type: "detach", error: null });
  }
  return step(next, ...effects);
}
