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
        ? onHello(state, event.hello, context)
        : step(state);
    case "lost":
      return hasSocket(state) && event.generation === state.generation
        ? afterLoss(state, event.code, context)
        : step(state);
    case "live":
      return state.type === "open" ? step({ ...state, attempt: 0, strike: 0 }) : step(state);
    case "server-error":
      return onServerError(state, event.error, context);
    case "draining":
      return state.type === "open"
        ? step({ ...state, notice: { ...state.notice, drainMs: event.afterMs } })
        : step(state);
    case "authenticated":
      return state.type === "authenticating" ? opened(state) : step(state);
    case "auth-expiring":
      return state.type === "open" && context.canRenew ? step(state, { type: "renew" }) : step(state);
    case "refreshed":
      return state.type === "refreshing" ? onRefreshed(state, event.ok) : step(state);
    case "timer":
      return onTimer(state, context);
  }
}

function onHello(
  { generation, attempt, strike }: ConnectionStateOf<"connecting">,
  hello: ConnectionHello,
  { canIntroduce }: ConnectionContext,
): ConnectionStep {
  if (hello.protocolMin > PROTOCOL) {
    const error = new SessionStreamError("upgrade_required", "The server needs a newer version of this app: reload it");
    return fail(generation, error, { type: "disconnect", code: CLOSE_CODES.upgradeRequired });
  }
  const peer = hello.capabilities.includes("timeline") ? "timeline" : "reference";
  const quietMs = hello.heartbeatIntervalMs > 0 ? hello.heartbeatIntervalMs : PING_INTERVAL_MS;
  const report = { type: "report", diagnostic: { type: "connected", connectionId: hello.connectionId, peer } } as const;
  const greeted = { type: "authenticating", generation, attempt, strike, peer, quietMs } as const;
  // The time for connecting goes on: a server that does not answer is no better than one that does not greet.
  if (canIntroduce && hello.capabilities.includes("auth")) return step(greeted, report, { type: "introduce" });
  const { state, effects } = opened(greeted);
  return step(state, report, ...effects);
}

function opened({ peer, quietMs, ...tries }: ConnectionStateOf<"authenticating">): ConnectionStep {
  return step(
    { ...tries, type: "open", peer, quietMs, probedAt: null, notice: NO_NOTICE },
    { type: "timer", delayMs: quietMs },
    { type: "attach", peer },
  );
}

/** One who is known already, but not by what we showed, is told by an error instead of a close. */
function onServerError(state: ConnectionState, error: SessionStreamError, context: ConnectionContext): ConnectionStep {
  if (state.type === "open") return step({ ...state, notice: { ...state.notice, error } });
  if (state.type !== "authenticating") return step(state);
  const code = error.code === "unauthenticated" ? CLOSE_CODES.unauthenticated : CLOSE_CODES.serverError;
  return drop(state, code, context);
}

function drop(
  state: ConnectionStateOf<"connecting" | "authenticating">,
  code: number,
  context: ConnectionContext,
): ConnectionStep {
  const lost = afterLoss(state, code, context);
  return step(lost.state, { type: "disconnect", code }, ...lost.effects);
}

function hasSocket(state: ConnectionState): state is ConnectionStateOf<"connecting" | "authenticating" | "open"> {
  return state.type === "connecting" || state.type === "authenticating" || state.type === "open";
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
    case "authenticating":
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
  if (!hasSocket(state)) return step(state);
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
    case "connecting":
    case "authenticating":
      return drop(state, CLOSE_CODES.handshakeTimeout, context);
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
  if (hasSocket(state)) {
    effects.push({ type: "disconnect", code: CLOSE_CODES.normal }, { type: "detach", error: null });
  }
  return step(next, ...effects);
}
