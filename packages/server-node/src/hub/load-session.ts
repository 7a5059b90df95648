/**
 * Owns how a session comes into memory: stored entities, then the events they do not cover. Entities of other
 * projections are not used but rebuilt, here and nowhere else.
 */
import { compareOrdinals, entityKey, SessionStreamError } from "@sessionstream/protocol";
import type { LoadedSession, SessionHead, SessionKey, StoredEntity } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import { LaneState } from "./lane-state.ts";
import { textBytes } from "./payload-size.ts";
import { readLog } from "./read-log.ts";
import { readEntity, readRemoval } from "./read-stored.ts";
import { rebuildView } from "./rebuild-view.ts";
import { byCreation } from "./records.ts";
import { stageReplay } from "./replay.ts";
import { Tombstones } from "./tombstones.ts";
import { firstView, isMadeBy } from "./view-identity.ts";
import { ViewState } from "./view-state.ts";

/** Entities read in one turn of the event loop: who waits for another session waits a few milliseconds. */
const READ_AT_ONCE = 250;

/** Creates nothing. @throws SessionStreamError `storage_unavailable`, `busy` */
export async function loadSession(core: HubCore, session: SessionKey): Promise<LaneState> {
  const { projectionsId } = core.registry;
  for (let attempt = 0; attempt < core.limits.maxAttempts; attempt += 1) {
    const loaded = await core.storage.load(session);
    if (loaded === null) return LaneState.unborn(session, firstView(projectionsId));
    const mine = isMadeBy(loaded.head.view, projectionsId);
    try {
      const state = mine ? await openView(core, session, loaded) : await rebuildView(core, session, loaded);
      if (state !== null) return state;
    } catch (error) {
      if (!wasOvertaken(error)) throw error;
    }
  }
  throw new SessionStreamError("busy", "The session changes too fast to be read; try again.");
}

/** The log was replaced or shortened between its head and its events. */
function wasOvertaken(error: unknown): boolean {
  return error instanceof SessionStreamError && (error.code === "busy" || error.code === "gone");
}

async function openView(core: HubCore, session: SessionKey, { head, entities }: LoadedSession): Promise<LaneState> {
  const tombstones = new Tombstones(head.horizon);
  const view = new ViewState(session, { epoch: head.epoch, ordinal: head.projected }, tombstones);
  const present = entities.filter(({ removed }) => !removed).sort(byCreation);
  for (const [index, entity] of present.entries()) {
    if (index % READ_AT_ONCE === READ_AT_ONCE - 1) await core.platform.yield();
    view.insert(readEntity(core, session, entity), textBytes(entity.payload));
  }
  for (const entity of entities.filter(({ removed }) => removed).sort(byLastEvent)) {
    tombstones.add(entityKey(entity.kind, entity.id), readRemoval(core, entity));
  }
  const state = new LaneState({ view, viewId: head.view, stored: head, lastAt: await lastTime(core, session, head) });
  for await (const events of readLog(core, session, { ...head, after: head.projected, upTo: head.ordinal })) {
    const { touched, forgotten } = view.apply(stageReplay(core, view, head.epoch, events, "load"));
    state.markDirty(touched, forgotten);
    state.advance(events);
  }
  return state;
}

/** Time of the newest event: the next one's is not below it. Where replay reads that event anyway, nothing is read. */
async function lastTime(core: HubCore, session: SessionKey, { ordinal, projected }: SessionHead): Promise<number> {
  if (ordinal === 0n || projected < ordinal) return 0;
  const found = await core.storage.events(session, { after: ordinal - 1n, limit: 1 });
  return found === "gone" ? 0 : (found[0]?.at ?? 0);
}

function byLastEvent(a: StoredEntity, b: StoredEntity): number {
  return compareOrdinals(a.lastEventOrdinal, b.lastEventOrdinal);
}
