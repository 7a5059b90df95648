/** Owns what all lists of a page share: where threads are kept, what was loaded of them, what is under way. */

import { type ThreadActions, type ThreadList, type ThreadPage, threadActions } from "@sessionstream/client/threads";
import { type InfiniteData, QueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { createValue, type Value } from "../thread/value.ts";
import type { LiveThread, ThreadMutation } from "./overlay.ts";
import { ENGLISH_THREADS, type ThreadLabels } from "./thread-labels.ts";

export interface ThreadsScope {
  readonly threads: ThreadList;
  readonly queryClient: QueryClient;
  /** What the open conversation says of itself. */
  readonly live: Value<LiveThread | null>;
  readonly actions: ThreadActions;
  readonly labels: ThreadLabels;
}

export type LoadedThreads = InfiniteData<ThreadPage, string | null>;

export const THREADS_KEY = ["sessionstream", "threads"] as const;

export interface ThreadsProviderProps {
  /** `httpThreads({ url })` for a server. Give the provider another `key` to change it. */
  readonly threads: ThreadList;
  /** The app's own, to invalidate lists from elsewhere. Clear it when another user signs in. Default: one for this provider. */
  readonly queryClient?: QueryClient | undefined;
  readonly labels?: Partial<ThreadLabels> | undefined;
  readonly children?: ReactNode;
}

const ThreadsContext = createContext<ThreadsScope | null>(null);

export function ThreadsProvider({ threads, queryClient: given, labels, children }: ThreadsProviderProps) {
  const [made] = useState(() => given ?? new QueryClient());
  const queryClient = given ?? made;
  const [live] = useState(() => createValue<LiveThread | null>(null));
  const actions = useMemo(() => actionsOf(threads, queryClient), [threads, queryClient]);
  const words = useMemo(() => ({ ...ENGLISH_THREADS, ...labels }), [labels]);
  const scope = useMemo(
    () => ({ threads, queryClient, live, actions, labels: words }),
    [threads, queryClient, live, actions, words],
  );
  return <ThreadsContext.Provider value={scope}>{children}</ThreadsContext.Provider>;
}

/** @throws Error outside of a provider. */
export function useThreadsScope(): ThreadsScope {
  const scope = useContext(ThreadsContext);
  if (scope === null) throw new Error("No list of threads here: put this component inside <ThreadsProvider>.");
  return scope;
}

/** Shown from the call on, as long as it is under way; then by what the server answered. One thread, one at a time. */
function actionsOf(threads: ThreadList, client: QueryClient): ThreadActions {
  async function run<Answer>(
    mutation: ThreadMutation,
    perform: () => Promise<Answer>,
    settle: (pages: LoadedThreads, answer: Answer) => LoadedThreads,
  ): Promise<Answer> {
    const options = {
      mutationKey: THREADS_KEY,
      mutationFn: perform,
      scope: { id: `${THREADS_KEY.join()}/${mutation.sessionId}` },
      networkMode: "always" as const,
      retry: false,
      onSuccess: (answer: Answer) =>
        void client.setQueriesData<LoadedThreads>({ queryKey: THREADS_KEY }, (pages) =>
          pages === undefined ? pages : settle(pages, answer),
        ),
      // Not waited for: what was answered is shown already.
      onSettled: () => void client.invalidateQueries({ queryKey: THREADS_KEY }),
    };
    return client.getMutationCache().build<Answer, Error, ThreadMutation, unknown>(client, options).execute(mutation);
  }

  return threadActions({
    update: (sessionId, change) =>
      run(
        { type: "update", sessionId, change },
        () => threads.update(sessionId, change),
        (pages, entry) => mapThreads(pages, (known) => known.map((one) => (one.sessionId === sessionId ? entry : one))),
      ),
    remove: (sessionId) =>
      run(
        { type: "remove", sessionId },
        () => threads.remove(sessionId),
        (pages) => mapThreads(pages, (known) => known.filter((one) => one.sessionId !== sessionId)),
      ),
  });
}

function mapThreads(
  loaded: LoadedThreads,
  map: (threads: ThreadPage["threads"]) => ThreadPage["threads"],
): LoadedThreads {
  return { ...loaded, pages: loaded.pages.map((page) => ({ ...page, threads: map(page.threads) })) };
}
