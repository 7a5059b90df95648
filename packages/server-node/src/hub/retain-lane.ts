/**
 * Owns shortening a log while its session lives: the base is folded beside the lane, which then only has to let one
 * write through. What the session shows does not change.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import { isRetention, type RetentionStorage, type SessionHead, type StoredEntity } from "../storage/contract.ts";
import { followHead } from "./catch-up.ts";
import { replacementOf } from "./checkpoint.ts";
import { foldStart, viewAt } from "./derive-view.ts";
import type { Lane } from "./lane.ts";
import { nextHead } from "./make-commit.ts";
import { readLog } from "./read-log.ts";
import { isOpaque } from "./records.ts";
import { stageReplay } from "./replay.ts";
import { checkRetentionPolicy, cutOff, lastByCount, type Retained, type RetentionPolicy } from "./retention-policy.ts";
import { noAbilityError } from "./unit-errors.ts";
import { storeView } from "./write-checkpoint.ts";

interface Base {
  readonly floor: bigint;
  readonly entities: readonly StoredEntity[];
}

export async function retainLane(lane: Lane, policy: RetentionPolicy): Promise<Retained> {
  const { core, session } = lane;
  const { storage } = core;
  checkRetentionPolicy(policy);
  if (!isRetention(storage)) throw noAbilityError("shortens logs", "RetentionStorage");
  for (let attempt = 0; attempt < core.limits.maxAttempts; attempt += 1) {
    const seen = lane.state.stored;
    if (seen === null) throw new SessionStreamError("session_not_found", `There is no session "${session.session}".`);
    const base = await foldBase(lane, seen, policy);
    if (base.floor === seen.floor) return { floor: seen.floor, removed: 0n };
    if (await lane.runAlone(() => truncate(lane, storage, seen, base))) {
      return { floor: base.floor, removed: base.floor - seen.floor };
    }
  }
  throw new SessionStreamError("busy", "The session changes too fast to be shortened; try again.");
}

/** The view at the highest floor the policy allows. */
async function foldBase(lane: Lane, { floor, ordinal, epoch }: SessionHead, policy: RetentionPolicy): Promise<Base> {
  const { core, session } = lane;
  const last = knownUpTo(lane, floor, lastByCount(policy, ordinal));
  const before = cutOff(policy, core.platform.now());
  const start = await foldStart(core, session, floor);
  if (start === null) throw new SessionStreamError("gone", "The log was shortened by something else, and has no base.");
  const view = viewAt(core, session, epoch, start);
  for await (const page of readLog(core, session, { epoch, after: floor, upTo: last })) {
    const events = page.filter(({ at }) => at < before);
    view.apply(stageReplay(core, view, epoch, events, "as-of"));
    if (events.length < page.length) break;
  }
  view.sort();
  return { floor: view.ordinal, entities: replacementOf(core.registry.payloads, view).put.filter(isThere) };
}

/** What no module here knows cannot be folded: its events stay, for a hub that does. */
function knownUpTo({ state }: Lane, floor: bigint, last: bigint): bigint {
  const unknown = state.view.records().filter((record) => isOpaque(record) && record.createdOrdinal > floor);
  return unknown.reduce((lowest, { createdOrdinal: at }) => (at <= lowest ? at - 1n : lowest), last);
}

/** @returns `false`: the fold is not of this log any more. */
async function truncate(lane: Lane, storage: RetentionStorage, seen: SessionHead, base: Base): Promise<boolean> {
  const { core, session, state } = lane;
  if (state.isForeign) {
    throw new SessionStreamError("busy", "Another version of the projections made what is stored: ask it, or upgrade.");
  }
  const now = state.stored;
  if (now === null || now.epoch !== seen.epoch || now.view !== seen.view || now.floor !== seen.floor) return false;
  if (now.projected < base.floor && !(await storeView(lane))) return false;
  const head: SessionHead = { ...nextHead(core, state), floor: base.floor };
  const expect = state.stored?.revision ?? "";
  try {
    const result = await storage.truncate({ session, expect, head, base: base.entities });
    if (result.status === "committed") state.stored = head;
    else await followHead(lane, result.head);
    return result.status === "committed";
  } catch (error) {
    // It may have been stored all the same.
    lane.distrust();
    throw error;
  }
}

function isThere({ removed }: StoredEntity): boolean {
  return !removed;
}
