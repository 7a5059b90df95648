/** Owns a rebuild that was asked for while the session lives: readers keep the old view until the new one is stored. */
import { SessionStreamError } from "@sessionstream/protocol";
import type { Lane } from "./lane.ts";
import { observeCommit } from "./observe-commit.ts";
import { rebuildView } from "./rebuild-view.ts";

export function rebuildLane(lane: Lane): Promise<void> {
  return lane.runAlone(async () => {
    const { core, session } = lane;
    for (let attempt = 0; attempt < core.limits.maxAttempts; attempt += 1) {
      const loaded = await core.storage.load(session);
      if (loaded === null) return;
      const rebuilt = await rebuildView(core, session, loaded).catch((error: unknown) => {
        // It may have been stored all the same.
        lane.distrust();
        throw error;
      });
      if (rebuilt === null) continue;
      lane.replace(rebuilt);
      observeRebuild(lane);
      return;
    }
    throw new SessionStreamError("busy", "The session changes too fast to be rebuilt; try again.");
  });
}

export function observeRebuild(lane: Lane): void {
  const nothing = { units: [], rows: [], deltas: [], effects: [] };
  observeCommit(lane, { mode: "rebuild", prevOrdinal: 0n, checkpoint: true, ...nothing });
}
