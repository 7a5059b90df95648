/** Owns what fan-out may read of a lane. */
import type { LaneReader } from "../fan-out/lane-reader.ts";
import { catchUp } from "./catch-up.ts";
import type { Lane } from "./lane.ts";

export function laneReader(lane: Lane): LaneReader {
  return {
    session: lane.session,
    head: () => lane.state.head(),
    records: () => lane.state.view.records(),
    removals: () => lane.state.view.tombstones.all(),
    async tagAt(ordinal) {
      const known = ordinal === 0n ? "" : lane.state.tags.get(ordinal);
      if (known !== undefined) return known;
      const found = await lane.core.storage.events(lane.session, { after: ordinal - 1n, limit: 1 });
      return found === "gone" ? found : (found[0]?.id ?? "gone");
    },
    async catchUp() {
      await lane.runAlone(() => catchUp(lane));
    },
  };
}
