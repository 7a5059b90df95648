import type { TimelineEntity } from "@sessionstream/client";
import type { EntityKey } from "@sessionstream/protocol";
import { useMemo } from "react";
import { onEntity, type ThreadTopic } from "./topic.ts";
import { useSessionStream } from "./use-session-stream.ts";

const onNothing: ThreadTopic = () => () => {};

/** One entity; renders again only for it. `undefined` while there is none. */
export function useEntity(key: EntityKey | undefined): TimelineEntity | undefined {
  const topic = useMemo(() => (key === undefined ? onNothing : onEntity(key)), [key]);
  return useSessionStream((thread) => (key === undefined ? undefined : thread.timeline.getEntity(key)), { topic });
}
