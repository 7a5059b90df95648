/** Owns what a session's state means for whoever shows its content. A failed load is never an empty thread. */
import type { HydrationStatus } from "../thread/status.ts";
import type { SessionState } from "./state.ts";

const LOADING: HydrationStatus = { type: "loading" };
const READY: HydrationStatus = { type: "ready" };
const STALE: HydrationStatus = { type: "stale" };

export function hydrationStatus(state: SessionState): HydrationStatus {
  switch (state.type) {
    case "live":
    case "reference-live":
      return READY;
    case "failed":
      return { type: "failed", error: state.error };
    case "retrying":
      return state.held.loaded ? STALE : { type: "failed", error: state.error };
    case "detached":
    case "syncing":
    case "reference-syncing":
    case "reference-catching-up":
      return state.held.loaded ? STALE : LOADING;
  }
}
