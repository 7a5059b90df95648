import type { ThreadActions, ThreadEntry, ThreadFilter } from "@sessionstream/client/threads";
import { SessionStreamError } from "@sessionstream/protocol";
import { keepPreviousData, useInfiniteQuery, useMutationState } from "@tanstack/react-query";
import { useMemo, useSyncExternalStore } from "react";
import { overlay, type ThreadMutation } from "./overlay.ts";
import { THREADS_KEY, useThreadsScope } from "./threads-context.tsx";

export type ThreadsState =
  | { readonly type: "loading" }
  /** Nothing could be loaded yet. */
  | { readonly type: "failed"; readonly error: SessionStreamError }
  | { readonly type: "ready" }
  /** What is shown may be old: the last look failed. */
  | { readonly type: "stale"; readonly error: SessionStreamError };

export interface ThreadsView {
  readonly state: ThreadsState;
  /** With what is under way already in it. */
  readonly threads: readonly ThreadEntry[];
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly loadMore: () => void;
  /** Looks again; also how a failed load is tried again. */
  readonly refresh: () => void;
  /** Each shows at once, and is gone again if it fails: then its promise rejects with a `SessionStreamError`. */
  readonly actions: ThreadActions;
}

/** A list of threads, newest activity first. Any number of lists share what was loaded and what is under way. */
export function useThreads({ archived = false, search = "" }: ThreadFilter = {}): ThreadsView {
  const { threads: list, queryClient, live, actions } = useThreadsScope();
  const term = search.trim();
  const query = useInfiniteQuery(
    {
      queryKey: [...THREADS_KEY, { archived, search: term }],
      queryFn: ({ pageParam, signal }) =>
        list.list({ archived, search: term, ...(pageParam === null ? {} : { before: pageParam }) }, signal),
      // CAST: widens the first page's place to that of all others.
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next,
      // A page of another search stays until this one's is there; one of the other list would be wrong.
      placeholderData: (before, query) => (isOf(query?.queryKey, archived) ? keepPreviousData(before) : undefined),
      retry: false,
      networkMode: "always",
    },
    queryClient,
  );
  const pending = useMutationState(
    {
      filters: { mutationKey: THREADS_KEY, status: "pending" },
      // CAST: these mutations are made by `actionsOf` alone.
      select: (mutation) => mutation.state.variables as ThreadMutation,
    },
    queryClient,
  );
  const said = useSyncExternalStore(live.subscribe, live.get, live.get);
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const threads = useMemo(
    () => overlay(data?.pages.flatMap((page) => page.threads) ?? [], pending, said, archived),
    [data, pending, said, archived],
  );
  return {
    state: stateOf(data !== undefined, isPending, error),
    threads,
    hasMore: hasNextPage,
    loadingMore: isFetchingNextPage,
    loadMore: () => void fetchNextPage(),
    refresh: () => void refetch(),
    actions,
  };
}

function isOf(key: readonly unknown[] | undefined, archived: boolean): boolean {
  const filter = key?.at(-1);
  return typeof filter === "object" && filter !== null && "archived" in filter && filter.archived === archived;
}

function stateOf(hasData: boolean, isPending: boolean, error: Error | null): ThreadsState {
  if (error !== null) return { type: hasData ? "stale" : "failed", error: SessionStreamError.from(error) };
  return { type: isPending ? "loading" : "ready" };
}
