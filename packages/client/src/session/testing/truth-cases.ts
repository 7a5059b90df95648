/** Owns the states and events the truth table is about: one state of each type, and every event whose answer differs. */
import { SessionStreamError } from "@sessionstream/protocol";
import { NO_EARLY_EVENTS } from "../early-events.ts";
import type { SessionEvent } from "../event.ts";
import type { Held, SessionConfig, SessionState } from "../state.ts";

export const config: SessionConfig = { sessionId: "s-1", subscription: "1", window: 50 };
const held: Held = {
  cursor: { epoch: "e", view: "v", ordinal: 10n, tag: "t10" },
  floor: 3n,
  loaded: true,
  requests: 4,
  attempt: 0,
};
const broken = new SessionStreamError("snapshot_failed", "Broken");
const revoked = new SessionStreamError("revoked", "Not any more");
const forbidden = new SessionStreamError("forbidden", "Not yours");

/** One of each, in the order of the table's columns, at ordinal 10 with a page under way where there can be one. */
export const STATES: { readonly [Type in SessionState["type"]]: Extract<SessionState, { type: Type }> } = {
  detached: { type: "detached", held },
  syncing: { type: "syncing", held, requestId: "1.4", parts: null, passedOver: 0 },
  live: { type: "live", held, parts: null, page: { requestId: "1.4", limit: 20 } },
  "reference-syncing": { type: "reference-syncing", held, early: NO_EARLY_EVENTS },
  "reference-catching-up": { type: "reference-catching-up", held, boundary: 10n },
  "reference-live": { type: "reference-live", held, boundary: 10n },
  retrying: { type: "retrying", held, peer: "timeline", error: broken },
  failed: { type: "failed", held, error: forbidden },
};

const snapshot = {
  type: "snapshot",
  sessionId: "s-1",
  epoch: "e",
  view: "v",
  ordinal: 12n,
  tag: "t12",
  mode: "full",
  sinceOrdinal: 0n,
  floor: 3n,
  hasEarlier: true,
  part: 0,
  lastPart: true,
  requestId: "1.4",
  entities: [],
  removed: [],
} as const;
const commit = {
  type: "timeline",
  sessionId: "s-1",
  epoch: "e",
  prevOrdinal: 10n,
  ordinal: 11n,
  tag: "t11",
  changes: [],
} as const;

/** Cases beyond an event's type, where the answer depends on what is in it. */
export const EVENTS = {
  attached: { type: "attached", peer: "timeline" },
  "attached to a reference": { type: "attached", peer: "reference" },
  detached: { type: "detached", error: null },
  "detached for good": { type: "detached", error: forbidden },
  "detached, revoked": { type: "detached", error: revoked },
  "full, asked for": snapshot,
  "full, unasked": { ...snapshot, requestId: "" },
  "full, of an old request": { ...snapshot, requestId: "1.2" },
  "delta that fits": { ...snapshot, mode: "delta", sinceOrdinal: 10n },
  "delta, unasked": { ...snapshot, mode: "delta", sinceOrdinal: 10n, requestId: "" },
  "delta from another view": { ...snapshot, mode: "delta", sinceOrdinal: 10n, view: "w", requestId: "" },
  "delta with another tag": { ...snapshot, mode: "delta", sinceOrdinal: 9n, ordinal: 10n, tag: "u10", requestId: "" },
  "delta from beyond the cursor": { ...snapshot, mode: "delta", sinceOrdinal: 11n, requestId: "" },
  "page at the cursor": { ...snapshot, mode: "page", ordinal: 10n, tag: "t10", floor: 1n, hasEarlier: false },
  "page ahead": { ...snapshot, mode: "page" },
  "page behind": { ...snapshot, mode: "page", ordinal: 9n },
  "first part": { ...snapshot, lastPart: false },
  "second part": { ...snapshot, part: 1 },
  commit,
  "commit again": { ...commit, prevOrdinal: 9n, ordinal: 10n },
  "commit after a gap": { ...commit, prevOrdinal: 11n, ordinal: 12n },
  "commit of another epoch": { ...commit, epoch: "f" },
  "ui event": { type: "ui-event", sessionId: "s-1", ordinal: 11n, name: "X", payload: {} },
  "ui event in the snapshot": { type: "ui-event", sessionId: "s-1", ordinal: 10n, name: "X", payload: {} },
  ephemeral: { type: "ephemeral", sessionId: "s-1", key: "k", ttlMs: 5, payload: {} },
  subscribed: { type: "subscribed", sessionId: "s-1" },
  "error, retryable": { type: "error", sessionId: "s-1", requestId: "", error: broken },
  "error, final": { type: "error", sessionId: "s-1", requestId: "", error: forbidden },
  "error of the request": { type: "error", sessionId: "s-1", requestId: "1.4", error: forbidden },
  "error of an old request": { type: "error", sessionId: "s-1", requestId: "1.2", error: forbidden },
  "head ahead": { type: "head", head: { sessionId: "s-1", epoch: "e", ordinal: 11n } },
  "head at the cursor": { type: "head", head: { sessionId: "s-1", epoch: "e", ordinal: 10n } },
  "no head": { type: "head", head: null },
  "malformed, ours": { type: "malformed", ours: true },
  "malformed, nobody knows whose": { type: "malformed", ours: false },
  "full did not fit": { type: "mismatch", update: "full" },
  "commit did not fit": { type: "mismatch", update: "commit" },
  "page did not fit": { type: "mismatch", update: "page" },
  "ephemeral did not fit": { type: "mismatch", update: "ephemeral" },
  timer: { type: "timer" },
  "load earlier": { type: "load-earlier", limit: 20 },
  forget: { type: "forget", floor: 5n },
  retry: { type: "retry", peer: "timeline" },
} as const satisfies Record<string, SessionEvent>;

export type EventName = keyof typeof EVENTS;
