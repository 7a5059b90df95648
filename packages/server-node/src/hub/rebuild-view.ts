/**
 * Owns deriving a session's entities anew from its log: in the shadow of the stored ones, then one commit with
 * `replace`. Readers see the old view or the new one, never a part of it.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { LoadedSession, SessionHead, SessionKey, StoredEntity } from "../storage/contract.ts";
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

/** @returns `null` when another process committed meanwhile: load and try again. */
export async function rebuildView(
  core: HubCore,
  session: SessionKey,
  { head, entities }: LoadedSession,
): Promise<LaneState | null> {
  const truncated = head.floor > 0n;
  // A view of nobody: its entities were never made by projections (message rows), so none is left behind.
  if (truncated && head.view !== "") reportTruncated(core, session, head);
  const base = truncated
    ? { ordinal: head.projected, keep: entities }
    : { ordinal: 0n, keep: unknownKinds(core, entities) };
  const view = new ViewState(session, { epoch: head.epoch, ordinal: base.ordinal });
  for (const entity of base.keep.filter(({ removed }) => !removed).sort(byCreation)) {
    view.insert(readEntity(core, session, entity), textBytes(entity.payload));
  }
  const viewId = nextView(core.registry.projectionsId, head.view);
  const state = new LaneState({ view, viewId, stored: head, lastAt: 0 });
  for await (const events of readLog(core, session, { after: base.ordinal, upTo: head.ordinal })) {
    view.apply(stageReplay(core, view, head.epoch, events, "rebuild"));
    state.advance(events);
  }
  view.sort();
  core.failpoint("before-rebuild");
  const rebuilt: SessionHead = {
    ...head,
    revision: core.platform.randomId(),
    projected: head.ordinal,
    view: viewId,
    horizon: maximum(head.horizon, view.tombstones.horizon),
  };
  const result = await core.storage.commit({
    session,
    expect: head.revision,
    head: rebuilt,
    events: [],
    entities: replacementOf(core.registry.payloads, view),
  });
  core.failpoint("after-rebuild");
  if (result.status !== "committed") return null;
  state.stored = rebuilt;
  return state;
}

/** The log cannot give back what no module knows any more: it is carried over as it is stored (L8). */
function unknownKinds(core: HubCore, entities: readonly StoredEntity[]): readonly StoredEntity[] {
  return entities.filter(({ kind }) => !core.registry.kinds.has(kind));
}

function reportTruncated(core: HubCore, session: SessionKey, head: SessionHead): void {
  const message = `The log begins after ${head.floor}: entities older than that stay as the former projections made them.`;
  const error = new SessionStreamError("gone", message);
  core.errors.report({ kind: "projection", error, subject: "rebuild", session, ordinal: head.floor });
}

function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
