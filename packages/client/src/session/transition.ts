/**
 * Owns the whole behaviour of a followed session as a pure function. What comes and goes with the connection is decided
 * here, the rest where its state lives. transition.test.ts has the truth table.
 */
import { type SessionStreamError, UNBORN } from "@sessionstream/protocol";
import { type SessionEffect, type Step, stay, step } from "./effect.ts";
import type { SessionEvent } from "./event.ts";
import { dropPage, lostPage, whileLive } from "./live.ts";
import { whileReferenceFollowing, whileReferenceSyncing } from "./reference.ts";
import type { Held, SessionConfig, SessionState } from "./state.ts";
import { subscribe } from "./subscribe.ts";
import { whileSyncing } from "./syncing.ts";

export function transition(config: SessionConfig, state: SessionState, event: SessionEvent): Step {
  switch (event.type) {
    case "attached":
      return state.type === "detached" || state.type === "failed"
        ? subscribe(config, event.peer, { ...state.held, attempt: 0 })
        : stay(state);
    case "detached":
      return detach(state, event);
    case "retry":
      return state.type === "retrying" || state.type === "failed"
        ? subscribe(config, event.peer, { ...state.held, attempt: 0 })
        : stay(state);
    case "load-earlier":
      if (state.type !== "live") return step(state, { type: "page-settled", error: lostPage("network") });
  }
  switch (state.type) {
    case "syncing":
      return whileSyncing(config, state, event);
    case "live":
      return whileLive(config, state, event);
    case "reference-syncing":
      return whileReferenceSyncing(config, state, event);
    case "reference-catching-up":
    case "reference-live":
      return whileReferenceFollowing(config, state, event);
    case "retrying":
      return event.type === "timer" ? subscribe(config, state.peer, state.held) : stay(state);
    case "detached":
    case "failed":
      return stay(state);
  }
}

function detach(state: SessionState, { error }: Extract<SessionEvent, { readonly type: "detached" }>): Step {
  const page: SessionEffect[] = state.type === "live" ? dropPage(state, "network") : [];
  const { held } = state;
  // What it held is nobody's to see here any more (P-86).
  if (error?.code === "revoked") return purge(held, error, page);
  const next: SessionState = error === null ? { type: "detached", held } : { type: "failed", held, error };
  return step(next, ...page, { type: "timer", delayMs: null });
}

function purge({ requests }: Held, error: SessionStreamError, first: readonly SessionEffect[]): Step {
  const held: Held = { cursor: UNBORN, floor: 0n, loaded: false, requests, attempt: 0 };
  const nothing = { type: "full", cursor: UNBORN, entities: [], floor: 0n, hasEarlier: false } as const;
  return step(
    { type: "failed", held, error },
    ...first,
    { type: "timer", delayMs: null },
    { type: "apply", update: nothing },
  );
}
