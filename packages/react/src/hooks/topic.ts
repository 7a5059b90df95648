import type { ChatThread } from "@sessionstream/client";
import type { EntityKey } from "@sessionstream/protocol";

/** What a selector depends on. Keep its identity: a new one subscribes anew. */
export type ThreadTopic = (thread: ChatThread, listener: () => void) => () => void;

export const onStatus: ThreadTopic = (thread, listener) => thread.subscribeStatus(listener);
export const onRows: ThreadTopic = (thread, listener) => thread.subscribeRows(listener);
export const onOrder: ThreadTopic = (thread, listener) => thread.timeline.subscribeOrder(listener);
export const onTimeline: ThreadTopic = (thread, listener) => thread.timeline.subscribe(listener);

export function onEntity(key: EntityKey): ThreadTopic {
  return (thread, listener) => thread.timeline.subscribeEntity(key, listener);
}

/** Several topics as one. */
export function anyOf(...topics: readonly ThreadTopic[]): ThreadTopic {
  return (thread, listener) => {
    const unsubscribes = topics.map((topic) => topic(thread, listener));
    return () => {
      for (const unsubscribe of unsubscribes) unsubscribe();
    };
  };
}

export const onAnything: ThreadTopic = /* @__PURE__ */ anyOf(onStatus, onRows, onTimeline);
