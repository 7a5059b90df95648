/**
 * Owns the one bridge between a thread and React. Every other hook is a selector over it.
 * Does not schedule: the thread notifies at most once per frame, and a snapshot never changes between notifications.
 */
import type { ChatThread } from "@sessionstream/client";
import { useCallback, useRef, useSyncExternalStore } from "react";
import { useThreadScope } from "../thread/thread-context.ts";
import { shallowEqual } from "./shallow-equal.ts";
import { onAnything, type ThreadTopic } from "./topic.ts";

export interface UseSessionStreamOptions<Selected> {
  /** What makes the selector run again. Default: any change of the thread. */
  readonly topic?: ThreadTopic;
  /** When the component need not render again. Default: shallow equality, so that a selector may build an object. */
  readonly isEqual?: (before: Selected, after: Selected) => boolean;
}

/**
 * Selects from the thread of the nearest provider. The component renders again only when what it selected changed.
 * The selector may be written inline.
 */
export function useSessionStream<Selected>(
  select: (thread: ChatThread) => Selected,
  { topic = onAnything, isEqual = shallowEqual }: UseSessionStreamOptions<Selected> = {},
): Selected {
  const { thread } = useThreadScope();
  const last = useRef<{ readonly selected: Selected } | undefined>(undefined);

  const subscribe = useCallback((listener: () => void) => topic(thread, listener), [thread, topic]);
  const getSelected = () => {
    const selected = select(thread);
    const before = last.current;
    if (before !== undefined && isEqual(before.selected, selected)) return before.selected;
    // A cache of a pure function of the thread: writing it while rendering cannot be observed.
    last.current = { selected };
    return selected;
  };
  return useSyncExternalStore(subscribe, getSelected, getSelected);
}
