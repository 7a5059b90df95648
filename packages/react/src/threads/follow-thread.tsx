import type { ChatThread } from "@sessionstream/client";
import { type DescribedMessages, describeMessages, type ThreadEntry } from "@sessionstream/client/threads";
import { useEffect, useSyncExternalStore } from "react";
import { anyOf, onOrder, onStatus } from "../hooks/topic.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { useThreadScope } from "../thread/thread-context.ts";
import { type LoadedThreads, THREADS_KEY, useThreadsScope } from "./threads-context.tsx";

/** Messages come and runs end: not with every token. */
const topic = anyOf(onOrder, onStatus);

/**
 * Keeps the list's entry of the open conversation as new as the conversation itself, without asking the server, and marks
 * as read what the reader sees: at the transcript's end, on a page that is visible. Renders nothing. Inside a
 * `ChatThreadProvider` and a `ThreadsProvider`.
 */
export function FollowThread(): null {
  const { thread } = useThreadScope();
  const { queryClient, live, actions } = useThreadsScope();
  const { sessionId } = thread;
  const said = useSessionStream(describe, { topic, isEqual: isSame });
  const isSeen = useIsSeen();

  useEffect(() => {
    if (said === null) return;
    live.set({ sessionId, ...said });
    return () => live.set(null);
  }, [live, sessionId, said]);

  const newest = said?.lastMessageOrdinal;
  useEffect(() => {
    if (newest === undefined) return;
    const entry = findEntry(queryClient.getQueriesData<LoadedThreads>({ queryKey: THREADS_KEY }), sessionId);
    // The server lists a conversation from its first message on.
    if (entry === undefined) void queryClient.invalidateQueries({ queryKey: THREADS_KEY });
    // Not reachable, say: the next message tries again.
    if (isSeen && !(entry && entry.readOrdinal >= newest)) actions.markRead(sessionId, newest).catch(() => undefined);
  }, [queryClient, actions, sessionId, newest, isSeen]);
  return null;
}

function describe(thread: ChatThread): DescribedMessages | null {
  if (thread.getStatus().hydration.type !== "ready") return null;
  const { timeline } = thread;
  const entities = timeline.getOrder().map((key) => timeline.getEntity(key));
  return describeMessages(entities.filter((entity) => entity !== undefined));
}

function isSame(a: DescribedMessages | null, b: DescribedMessages | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.lastMessageOrdinal === b.lastMessageOrdinal && a.preview === b.preview && a.lastActivityAt === b.lastActivityAt
  );
}

type Lists = readonly (readonly [unknown, LoadedThreads | undefined])[];

function findEntry(lists: Lists, sessionId: string): ThreadEntry | undefined {
  return lists
    .flatMap(([, list]) => list?.pages ?? [])
    .flatMap(({ threads }) => threads)
    .find((entry) => entry.sessionId === sessionId);
}

function useIsSeen(): boolean {
  const { reading } = useThreadScope();
  const atEnd = useSyncExternalStore(reading.subscribe, reading.get, () => false);
  const visible = useSyncExternalStore(onVisibility, isVisible, () => false);
  return atEnd && visible;
}

function onVisibility(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}

function isVisible(): boolean {
  return document.visibilityState === "visible";
}
