/** The decided cells of a followed session, on our wire and on a reference's: `next state: effects`. */
import type { EventName } from "./truth-cases.ts";

type Row = readonly [
  detached: string,
  syncing: string,
  live: string,
  referenceSyncing: string,
  referenceCatchingUp: string,
  referenceLive: string,
  retrying: string,
  failed: string,
];

/** Nothing at all. */
const o = "·";
const ASK = "syncing: send subscribe, timer";
const ASK_REFERENCE = "reference-syncing: send subscribe, timer";
const DETACH = "detached: stop timer";
const FAIL = "failed: stop timer";
const PURGE = "failed: stop timer, apply full";
const LEAVE = "syncing: page network, report resync, send subscribe, timer";
const RESYNC = "syncing: report resync, send subscribe, timer";
const RESYNC_REFERENCE = "reference-syncing: report resync, send subscribe, timer";
const RETRY = "retrying: report resync, backoff";
const PASS_OVER = "syncing: report passed-over";
const ASSIGN = "reference-catching-up: map snapshot";
const ASSIGN_LIVE = "reference-live: map snapshot";
const ASSIGN_FIRST = "reference-catching-up: timer, map snapshot";

// biome-ignore format: a row an event, a column a state.
export const TABLE: Record<EventName, Row> = {
  attached: [ASK, o, o, o, o, o, o, ASK],
  "attached to a reference": [ASK_REFERENCE, o, o, o, o, o, o, ASK_REFERENCE],
  detached: [DETACH, DETACH, "detached: page network, stop timer", DETACH, DETACH, DETACH, DETACH, DETACH],
  "detached for good": [FAIL, FAIL, "failed: page network, stop timer", FAIL, FAIL, FAIL, FAIL, FAIL],
  "detached, revoked": [PURGE, PURGE, "failed: page network, stop timer, apply full", PURGE, PURGE, PURGE, PURGE, PURGE],
  "full, asked for": [o, "live: apply full, stop timer", "live: apply full", ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "full, unasked": [o, PASS_OVER, "live: apply full", ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "full, of an old request": [o, PASS_OVER, o, ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "delta that fits": [o, "live: apply delta, stop timer", "live: apply delta", ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "delta, unasked": [o, PASS_OVER, "live: apply delta", ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "delta from another view": [o, PASS_OVER, LEAVE, ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "delta with another tag": [o, PASS_OVER, LEAVE, ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "delta from beyond the cursor": [o, PASS_OVER, LEAVE, ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "page at the cursor": [o, RESYNC, "live: apply page, page ok, stop timer", ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "page ahead": [o, RESYNC, LEAVE, ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "page behind": [o, RESYNC, "live: send page", ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "first part": [o, "syncing: timer", "live:", ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  "second part": [o, RESYNC, LEAVE, ASSIGN_FIRST, ASSIGN, ASSIGN_LIVE, o, o],
  commit: [o, PASS_OVER, "live: apply commit", o, o, o, o, o],
  "commit again": [o, PASS_OVER, "live: report duplicate", o, o, o, o, o],
  "commit after a gap": [
    o, PASS_OVER, "syncing: report gap, page network, report resync, send subscribe, timer", o, o, o, o, o,
  ],
  "commit of another epoch": [o, PASS_OVER, LEAVE, o, o, o, o, o],
  "ui event": [o, o, o, "reference-syncing:", "reference-catching-up: map ui-event", "reference-live: map ui-event", o, o],
  "ui event in the snapshot": [
    o, o, o, "reference-syncing:", "reference-catching-up: report duplicate", "reference-live: report duplicate", o, o,
  ],
  ephemeral: [o, "syncing: apply ephemeral", "live: apply ephemeral", o, o, o, o, o],
  subscribed: [o, o, o, o, "reference-live: stop timer", "reference-live: stop timer", o, o],
  "error, retryable": [o, RETRY, "retrying: page network, report resync, backoff", RETRY, RETRY, o, o, o],
  "error, final": [o, FAIL, "failed: page network, stop timer", RETRY, RETRY, o, o, o],
  "error of the request": [o, FAIL, "live: page forbidden, stop timer", RETRY, RETRY, o, o, o],
  "error of an old request": [o, o, o, RETRY, RETRY, o, o, o],
  "head ahead": [o, o, LEAVE, o, o, o, o, o],
  "head at the cursor": [o, o, o, o, o, o, o, o],
  "no head": [o, o, LEAVE, o, o, o, o, o],
  "malformed, ours": [o, RESYNC, LEAVE, RESYNC_REFERENCE, RESYNC_REFERENCE, RESYNC_REFERENCE, o, o],
  "malformed, nobody knows whose": [o, RESYNC, o, RESYNC_REFERENCE, RESYNC_REFERENCE, RESYNC_REFERENCE, o, o],
  "full did not fit": [o, o, "failed: page network, stop timer", o, FAIL, FAIL, o, o],
  "commit did not fit": [o, o, LEAVE, o, RESYNC_REFERENCE, RESYNC_REFERENCE, o, o],
  "page did not fit": [o, o, LEAVE, o, RESYNC_REFERENCE, RESYNC_REFERENCE, o, o],
  "ephemeral did not fit": [o, o, o, o, RESYNC_REFERENCE, RESYNC_REFERENCE, o, o],
  timer: [o, RETRY, "live: page timeout", RETRY, RETRY, o, ASK, o],
  "load earlier": [
    "detached: page network", "syncing: page network", o, "reference-syncing: page network",
    "reference-catching-up: page network", "reference-live: page network", "retrying: page network", "failed: page network",
  ],
  forget: [o, o, o, o, o, o, o, o],
  retry: [o, o, o, o, o, o, ASK, ASK],
};
