import type { EntityKey } from "@sessionstream/protocol";
import { onOrder } from "./topic.ts";
import { useSessionStream } from "./use-session-stream.ts";

export interface TimelineView {
  /** Keys of all entities in display order, hidden kinds included. */
  readonly order: readonly EntityKey[];
  readonly hasEarlier: boolean;
}

/** The list of entities, without their contents: read those with `useEntity`. */
export function useTimeline(): TimelineView {
  return useSessionStream(({ timeline }) => ({ order: timeline.getOrder(), hasEarlier: timeline.getHasEarlier() }), {
    topic: onOrder,
  });
}
