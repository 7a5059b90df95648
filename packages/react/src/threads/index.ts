// Lists of threads. Needs @tanstack/react-query; styles are those of the kit.
export { FollowThread } from "./follow-thread.tsx";
export { ENGLISH_THREADS, type ThreadLabels } from "./thread-labels.ts";
export { ThreadList, type ThreadListProps } from "./thread-list.tsx";
export { ThreadsProvider, type ThreadsProviderProps } from "./threads-context.tsx";
export { type ThreadsState, type ThreadsView, useThreads } from "./use-threads.ts";
