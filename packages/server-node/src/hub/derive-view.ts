/**
 * Owns the fold of a log next to the lane: from its first event, or from the base where the first events are gone, with
 * today's projections. Nothing is stored here.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import {
  type EntityChanges,
  isRetention,
  type LoadedSession,
  type SessionHead,
  type SessionKey,
  type StoredEntity,
  type StoredEvent,
} from "../storage/contract.ts";
import { replacementOf } from "./checkpoint.ts";
import type { HubCore } from "./core.ts";
import { LaneState } from "./lane-state.ts";
import { textBytes } from "./payload-size.ts";
import { readLog } from "./read-log.ts";
import { readEntity } from "./read-stored.ts";
import { byCreation } from "./records.ts";
import { stageReplay } from "./replay.ts";
import { nextView } from "./view-identity.ts";
import { ViewState } from "./view-state.ts";

/** What a fold begins with. */
export interface FoldStart {
  readonly ordinal: bigint;
  readonly entities: readonly StoredEntity[];
}

export interface DerivedView {
  readonly state: LaneState;
  /** To be stored with `entities`, in place of the head that was loaded. */
  readonly head: SessionHead;
  readonly entities: EntityChanges;
}

/** @returns `null` when the log was shortened and nothing was left to begin with. */
export async function foldStart(core: HubCore, session: SessionKey, floor: bigint): Promise<FoldStart | null> {
  if (floor === 0n) return { ordinal: 0n, entities: [] };
  const base = isRetention(core.storage) ? await core.storage.base(session) : null;
  return base && { ordinal: base.floor, entities: base.entities };
}

export function viewAt(core: HubCore, session: SessionKey, epoch: string, { ordinal, entities }: FoldStart): ViewState {
  const view = new ViewState(session, { epoch, ordinal });
  for (const entity of entities.filter(({ removed }) => !removed).sort(byCreation)) {
    view.insert(readEntity(core, session, entity), textBytes(entity.payload));
  }
  return view;
}

/**
 * `edit`: how an event is read in place of what is stored.
 * @returns `null` when another process has shortened the log meanwhile: load and try again.
 */
export async function deriveView(
  core: HubCore,
  session: SessionKey,
  { head, entities }: LoadedSession,
  edit: (event: StoredEvent) => StoredEvent = (event) => event,
): Promise<DerivedView | null> {
  const base = await foldStart(core, session, head.floor);
  if (base !== null && base.ordinal !== head.floor) return null;
  // A view of nobody: its entities were never made by projections (message rows), so none is left behind.
  if (base === null && head.view !== "") reportNoBase(core, session, head);
  const start =
    base === null
      ? { ordinal: head.projected, entities }
      : { ordinal: base.ordinal, entities: [...base.entities, ...unknownKinds(core, entities)] };
  const view = viewAt(core, session, head.epoch, start);
  const viewId = nextView(core.registry.projectionsId, head.view);
  const state = new LaneState({ view, viewId, stored: head, lastAt: 0 });
  for await (const events of readLog(core, session, { ...head, after: start.ordinal, upTo: head.ordinal })) {
    const read = events.map(edit);
    view.apply(stageReplay(core, view, head.epoch, read, "rebuild"));
    state.advance(read);
  }
  view.sort();
  const derived: SessionHead = {
    ...head,
    revision: core.platform.randomId(),
    projected: head.ordinal,
    view: viewId,
    horizon: maximum(head.horizon, view.tombstones.horizon),
  };
  return { state, head: derived, entities: replacementOf(core.registry.payloads, view) };
}

/** The log cannot give back what no module knows any more: it is carried over as it is stored (L8). */
function unknownKinds(core: HubCore, entities: readonly StoredEntity[]): readonly StoredEntity[] {
  return entities.filter(({ kind }) => !core.registry.kinds.has(kind));
}

function reportNoBase(core: HubCore, session: SessionKey, head: SessionHead): void {
  const message = `The log begins after ${head.floor}: entities older than that stay as the former projections made them.`;
  const error = new SessionStreamError("gone", message);
  core.errors.report({ kind: "projection", error, subject: "rebuild", session, ordinal: head.floor });
}

function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
