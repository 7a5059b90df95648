/** Owns the end of a log. Whoever still watches gets the session as it is now: not born. */
import type { Lane } from "./lane.ts";
import { LaneState } from "./lane-state.ts";
import { firstView } from "./view-identity.ts";

export function removeSession(lane: Lane): Promise<void> {
  return lane.runAlone(async () => {
    try {
      await lane.core.storage.remove(lane.session);
    } catch (error) {
      // It may be gone, or half of what follows: only a load can tell.
      lane.distrust();
      throw error;
    }
    lane.replace(LaneState.unborn(lane.session, firstView(lane.core.registry.projectionsId)));
    lane.core.sharing?.bell?.ringHead(lane.session, "", 0n);
  });
}
