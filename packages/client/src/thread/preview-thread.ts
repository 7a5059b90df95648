/**
 * Owns a thread as a snapshot shows it, connected to nothing: what a server renders, and a page until it is connected.
 * It never changes.
 */
import { createTimelineStore } from "../timeline/store.ts";
import type { ChatThread } from "./chat-thread.ts";
import { createRowsSelector } from "./rows.ts";
import { currentRun } from "./run-state.ts";
import type { SessionSnapshot } from "./session-snapshot.ts";
import type { ThreadStatus } from "./status.ts";

export type ThreadPreview = Pick<ChatThread, "timeline" | "getStatus" | "getRows">;

/** Nothing is waited for: a full state is shown at once. */
const STILL = { requestFrame: () => () => undefined, setTimer: () => () => undefined };

export function previewThread({ state }: SessionSnapshot): ThreadPreview {
  const timeline = createTimelineStore(STILL);
  timeline.apply(state);
  const rows = createRowsSelector(timeline)([]);
  const status: ThreadStatus = {
    connection: { type: "idle" },
    hydration: { type: "stale" },
    run: currentRun(timeline),
    pending: [],
  };
  return { timeline, getStatus: () => status, getRows: () => rows };
}
