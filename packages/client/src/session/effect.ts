/** Owns what a session asks of the world, as data. run-session carries it out, in order. */
import type { ClientFrameJson, SessionStreamError } from "@sessionstream/protocol";
import type { TimelineUpdate } from "../backend/chat-backend.ts";
import type { SnapshotFrame, UiEventFrame } from "../decode/server-frame.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { SessionState } from "./state.ts";

export type SessionEffect =
  | { readonly type: "send"; readonly frame: ClientFrameJson }
  /** When it does not fit, a `mismatch` event comes next and the effects after this one do not happen. */
  | { readonly type: "apply"; readonly update: TimelineUpdate }
  /** The same through the mappings, which are the app's code. */
  | { readonly type: "apply-mapped"; readonly frame: SnapshotFrame | UiEventFrame }
  /** Replaces the running timer; `null` stops it. */
  | { readonly type: "timer"; readonly delayMs: number | null }
  /** A timer as the retry policy has it. */
  | { readonly type: "backoff"; readonly attempt: number; readonly minDelayMs: number }
  /** Ends the pending page: applied, or not. */
  | { readonly type: "page-settled"; readonly error: SessionStreamError | null }
  | { readonly type: "report"; readonly diagnostic: Diagnostic };

export interface Step {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

const NOTHING: readonly SessionEffect[] = [];

export function stay(state: SessionState): Step {
  return { state, effects: NOTHING };
}

export function step(state: SessionState, ...effects: SessionEffect[]): Step {
  return { state, effects };
}
