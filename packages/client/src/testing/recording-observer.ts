/** A session observer over a real timeline store, which also keeps what it was told. */
import type { ApplyResult, SessionObserver, TimelineUpdate } from "../backend/chat-backend.ts";
import type { ConnectionStatus, HydrationStatus } from "../thread/status.ts";
import { createTimelineStore, type TimelineStore } from "../timeline/store.ts";
import type { ManualPlatform } from "./manual-platform.ts";

export interface RecordingObserver extends SessionObserver {
  readonly timeline: TimelineStore;
  readonly updates: readonly TimelineUpdate[];
  readonly connections: readonly ConnectionStatus[];
  readonly hydrations: readonly HydrationStatus[];
  /** Instead of the store: says what becomes of the next update, or throws. */
  nextApply: (() => ApplyResult) | null;
}

export function recordingObserver(platform: ManualPlatform): RecordingObserver {
  const timeline = createTimelineStore(platform);
  const updates: TimelineUpdate[] = [];
  const connections: ConnectionStatus[] = [];
  const hydrations: HydrationStatus[] = [];
  return {
    timeline,
    updates,
    connections,
    hydrations,
    nextApply: null,
    apply(update) {
      const instead = this.nextApply;
      this.nextApply = null;
      if (instead !== null) return instead();
      const result = timeline.apply(update);
      if (result === "applied") updates.push(update);
      return result;
    },
    connection: (status) => connections.push(status),
    hydration: (status) => hydrations.push(status),
  };
}
