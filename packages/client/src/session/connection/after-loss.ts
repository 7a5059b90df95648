/** Owns what a closed connection leads to: the protocol's table of close codes, made into waiting, asking or giving up. */
import { CLOSE_CODES, closeAction, type ErrorCode, SessionStreamError } from "@sessionstream/protocol";
import { retryDelayMs } from "../retry-policy.ts";
import { type ConnectionEffect, type ConnectionStep, step } from "./effect.ts";
import type { ConnectionContext } from "./event.ts";
import {
  type ConnectionStateOf,
  HANDSHAKE_TIMEOUT_MS,
  NO_NOTICE,
  type Notice,
  OFFLINE_PROBE_MS,
  REFRESH_TIMEOUT_MS,
  type WaitReason,
} from "./state.ts";

/** `attempt` has the try that just failed in it. */
interface Tries {
  readonly generation: number;
  readonly attempt: number;
  readonly strike: number;
}

export function connect(generation: number, attempt: number, strike: number): ConnectionStep {
  const next = generation + 1;
  return step(
    { type: "connecting", generation: next, attempt, strike },
    { type: "report", diagnostic: { type: "connecting", attempt } },
    { type: "timer", delayMs: HANDSHAKE_TIMEOUT_MS },
    { type: "connect", generation: next },
  );
}

export function fail(generation: number, error: SessionStreamError, ...first: ConnectionEffect[]): ConnectionStep {
  return step(
    { type: "failed", generation, error },
    ...first,
    { type: "timer", delayMs: null },
    { type: "detach", error },
  );
}

/** The socket is gone already. */
export function afterLoss(
  before: ConnectionStateOf<"connecting" | "authenticating" | "open">,
  code: number,
  context: ConnectionContext,
): ConnectionStep {
  const { generation, strike } = before;
  const tries: Tries = { generation, attempt: before.attempt + 1, strike };
  const notice = before.type === "open" ? before.notice : NO_NOTICE;
  const action = closeAction(code);
  const again = strike === code;
  switch (action.type) {
    case "reconnect": {
      // A server that says "now" each time is not believed twice.
      if (action.now && before.attempt === 0) return detachThen(connect(generation, tries.attempt, strike));
      const askedMs = code === CLOSE_CODES.rateLimited ? (notice.error?.retryAfterMs ?? 0) : notice.drainMs;
      return detachThen(waitForRetry(tries, reasonOf(code), Math.max(action.minDelayMs, askedMs), context));
    }
    case "reconnect-once":
    case "refresh": {
      if (again) return fail(generation, closeError(notice, code));
      const warned: Tries = { ...tries, strike: code };
      return detachThen(
        action.type === "refresh" && context.canRefresh
          ? refresh(warned, context)
          : waitForRetry(warned, "refused", 0, context),
      );
    }
    case "stop":
      return fail(generation, closeError(notice, code));
  }
}

export function waitForRetry(
  { generation, attempt, strike }: Tries,
  reason: WaitReason,
  minDelayMs: number,
  { now, monotonic, random, online }: ConnectionContext,
): ConnectionStep {
  const policyMs = minDelayMs + retryDelayMs(attempt - 1, random);
  const delayMs = online ? policyMs : Math.max(policyMs, OFFLINE_PROBE_MS);
  return step(
    {
      type: "waiting",
      generation,
      attempt,
      strike,
      reason: online ? reason : "offline",
      retryAt: now + delayMs,
      notBefore: monotonic + minDelayMs,
    },
    { type: "timer", delayMs },
  );
}

function refresh({ generation, attempt, strike }: Tries, { now }: ConnectionContext): ConnectionStep {
  return step(
    { type: "refreshing", generation, attempt, strike, retryAt: now + REFRESH_TIMEOUT_MS },
    { type: "timer", delayMs: REFRESH_TIMEOUT_MS },
    { type: "refresh" },
  );
}

function detachThen({ state, effects }: ConnectionStep): ConnectionStep {
  return step(state, { type: "detach", error: null }, ...effects);
}

function reasonOf(code: number): WaitReason {
  return code >= 4000 && code !== CLOSE_CODES.handshakeTimeout && code !== CLOSE_CODES.noPong ? "refused" : "lost";
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  [CLOSE_CODES.tokenExpired]: "unauthenticated",
  [CLOSE_CODES.unauthenticated]: "unauthenticated",
  [CLOSE_CODES.revoked]: "revoked",
  [CLOSE_CODES.forbidden]: "forbidden",
  [CLOSE_CODES.badFrame]: "bad_client_frame",
  [CLOSE_CODES.upgradeRequired]: "upgrade_required",
};

/** What the server said about it before it closed says more than the code. */
function closeError({ error }: Notice, code: number): SessionStreamError {
  const meant = CODES[code] ?? "protocol_error";
  if (error?.code === meant) return error;
  return new SessionStreamError(meant, `The server ended the connection (${code})`);
}
