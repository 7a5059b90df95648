/**
 * Owns following a head that another process moved: all events up to it, one swap, one frame. Another log, a rewritten
 * history or a truncated stretch cannot be followed: the session is loaded again.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { CommittedEvent } from "../fan-out/committed-change.ts";
import type { SessionHead, StoredEvent } from "../storage/contract.ts";
import { fanOutChange } from "./fan-out-change.ts";
import type { LaneContext } from "./lane-context.ts";
import { LaneState } from "./lane-state.ts";
import { loadSession } from "./load-session.ts";
import { observeCommit } from "./observe-commit.ts";
import { readLog } from "./read-log.ts";
import { replayInto } from "./replay.ts";
import { StagedView } from "./staged-view.ts";
import { firstView, isMadeBy } from "./view-identity.ts";
import { ViewState } from "./view-state.ts";

/**
 * - `followed`: `landed` has the ordinals, by id, of the events that were new to the lane.
 * - `reloaded`: the same log, but which events are new cannot be told.
 * - `replaced`: another log, or none. Nothing that was meant for the old one may be tried again.
 */
export type CaughtUp =
  | { readonly type: "followed"; readonly landed: ReadonlyMap<string, bigint> }
  | { readonly type: "reloaded" }
  | { readonly type: "replaced" };

const NOTHING_NEW: CaughtUp = { type: "followed", landed: new Map() };

export async function followHead(lane: LaneContext, head: SessionHead | null): Promise<CaughtUp> {
  const { core, session, state } = lane;
  if (head === null) return state.isUnborn ? NOTHING_NEW : forget(lane);
  const wasUnborn = state.isUnborn;
  if (!wasUnborn && head.epoch !== state.view.epoch) return reload(lane);
  const next = wasUnborn ? newborn(lane, head) : state;
  if (head.floor > next.view.ordinal) return reload(lane);
  if (head.ordinal < next.view.ordinal) return startOver(lane);
  if (!wasUnborn && isRebuilt(lane, head)) return reload(lane);
  const staged = new StagedView(next.view);
  staged.epoch = head.epoch;
  const events: StoredEvent[] = [];
  try {
    for await (const page of readLog(core, session, {
      epoch: head.epoch,
      after: lastShared(next, head),
      upTo: head.ordinal,
    })) {
      const [own, ...newer] = page;
      if (own?.ordinal === next.view.ordinal && own.id !== next.tag) return startOver(lane);
      const fresh = own?.ordinal === next.view.ordinal ? newer : page;
      replayInto(core, staged, fresh, "catch-up");
      events.push(...fresh);
    }
  } catch (error) {
    if (error instanceof SessionStreamError && error.code === "gone") return reload(lane);
    throw error;
  }
  if ((events.at(-1)?.id ?? next.tag) !== head.tag) return startOver(lane);
  const prevOrdinal = next.view.ordinal;
  const { deltas, touched, forgotten } = next.view.apply(staged);
  next.stored = head;
  next.advance(events);
  next.markDirty(touched, forgotten);
  if (wasUnborn) lane.beBorn(next);
  if (events.length > 0) {
    const { epoch, ordinal, tag } = head;
    const published = events.map((event) => committedEvent(lane, event));
    fanOutChange(lane, { epoch, prevOrdinal, ordinal, tag, deltas, events: published });
    const observed = { prevOrdinal, units: [], rows: events, deltas, checkpoint: false, effects: [] };
    observeCommit(lane, { mode: "caught-up", ...observed });
    lane.due.startHere();
    lane.committed();
  }
  return { type: "followed", landed: new Map(events.map(({ id, ordinal }) => [id, ordinal])) };
}

/** Makes sure nothing newer than the view is in storage. */
export async function catchUp(lane: LaneContext): Promise<CaughtUp> {
  const { core, session, state } = lane;
  if (core.sharing !== null) {
    const [head = null] = await core.sharing.storage.heads([session]);
    return (head?.revision ?? null) === (state.stored?.revision ?? null) ? NOTHING_NEW : followHead(lane, head);
  }
  const newer = await core.storage.events(session, { after: state.view.ordinal, limit: 1 });
  if (newer !== "gone" && newer.length === 0) return NOTHING_NEW;
  const loaded = await core.storage.load(session);
  return followHead(lane, loaded?.head ?? null);
}

/** Other entities than this lane's, by its own projections: something was erased, or tried again. */
function isRebuilt({ core, state }: LaneContext, { view }: SessionHead): boolean {
  return view !== state.viewId && view !== state.stored?.view && isMadeBy(view, core.registry.projectionsId);
}

/** From where to read: with the view's own last event, if it is kept, to see that what follows follows on it. */
function lastShared({ view }: LaneState, head: SessionHead): bigint {
  return view.ordinal > head.floor && view.ordinal < head.ordinal ? view.ordinal - 1n : view.ordinal;
}

/** The same log by name, and not what this lane saw of it: somebody put a backup in its place. */
function startOver(lane: LaneContext): Promise<CaughtUp> {
  const { core, session, state } = lane;
  const { ordinal } = state.view;
  const message = `The log has another history than it had up to ${ordinal}, as after a backup was put in its place.`;
  const error = new SessionStreamError("corrupt_data", message);
  core.errors.report({ kind: "storage", error, subject: "history", session, ordinal });
  return reload(lane);
}

/** Another process began the log this lane knew to be missing: it is followed from its first event. */
function newborn({ core, session, state }: LaneContext, head: SessionHead): LaneState {
  const view = new ViewState(session, { epoch: head.epoch, ordinal: 0n });
  const viewId = isMadeBy(head.view, core.registry.projectionsId) ? head.view : state.viewId;
  return new LaneState({ view, viewId, stored: { ...head, ordinal: 0n, tag: "" }, lastAt: 0 });
}

function forget(lane: LaneContext): CaughtUp {
  lane.replace(LaneState.unborn(lane.session, firstView(lane.core.registry.projectionsId)));
  return { type: "replaced" };
}

/** Whether or not it is another log is only known when it is loaded. */
async function reload(lane: LaneContext): Promise<CaughtUp> {
  const { epoch } = lane.state.view;
  const fresh = await loadSession(lane.core, lane.session);
  lane.replace(fresh);
  return { type: fresh.view.epoch === epoch ? "reloaded" : "replaced" };
}

function committedEvent({ core }: LaneContext, { name, ordinal, payload }: StoredEvent): CommittedEvent {
  return { type: core.registry.events.get(name), name, ordinal, payload };
}
