/**
 * Owns putting a session's entities, derived anew, in the place of the stored ones: in their shadow, then one commit
 * with `replace`. Readers see the old view or the new one, never a part of it.
 */
import type { LoadedSession, SessionKey } from "../storage/contract.ts";
import type { HubCore } from "./core.ts";
import { deriveView } from "./derive-view.ts";
import type { LaneState } from "./lane-state.ts";

/** @returns `null` when another process committed meanwhile: load and try again. */
export async function rebuildView(
  core: HubCore,
  session: SessionKey,
  loaded: LoadedSession,
): Promise<LaneState | null> {
  const derived = await deriveView(core, session, loaded);
  if (derived === null) return null;
  const { state, head, entities } = derived;
  core.failpoint("before-rebuild");
  const result = await core.storage.commit({
    session,
    expect: loaded.head.revision,
    head,
    events: [],
    entities,
  });
  core.failpoint("after-rebuild");
  if (result.status !== "committed") return null;
  state.stored = head;
  return state;
}
