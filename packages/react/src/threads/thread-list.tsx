import type { ThreadActions, ThreadEntry } from "@sessionstream/client/threads";
import { SessionStreamError } from "@sessionstream/protocol";
import { type ReactNode, useState } from "react";
import { errorText } from "../labels/error-text.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";
import { ThreadItem } from "./thread-item.tsx";
import { useThreadsScope } from "./threads-context.tsx";
import { type ThreadsView, useThreads } from "./use-threads.ts";

export interface ThreadListProps {
  /** The conversation that is shown beside the list. */
  readonly openSessionId?: string | undefined;
  readonly onOpen: (sessionId: string) => void;
  /** Default: the real one. What "today" is. */
  readonly now?: () => number;
}

/** All of a user's conversations: searched, pinned, archived, renamed, deleted. Inside a `ThreadsProvider`. */
export function ThreadList({ openSessionId, onOpen, now = Date.now }: ThreadListProps) {
  const part = usePart();
  const { labels } = useThreadsScope();
  const [archived, setArchived] = useState(false);
  const [search, setSearch] = useState("");
  const view = useThreads({ archived, search });
  const [failure, setFailure] = useState<SessionStreamError | null>(null);

  function act(action: (actions: ThreadActions) => Promise<unknown>): void {
    setFailure(null);
    action(view.actions).catch((thrown: unknown) => setFailure(SessionStreamError.from(thrown)));
  }

  const item = (thread: ThreadEntry) => (
    <ThreadItem
      key={thread.sessionId}
      thread={thread}
      isOpen={thread.sessionId === openSessionId}
      now={now()}
      onOpen={onOpen}
      onAct={act}
    />
  );
  return (
    <nav aria-label={labels.threads} {...part("threads")}>
      <div {...part("threads-header")}>
        <input
          type="search"
          value={search}
          maxLength={200}
          placeholder={labels.search}
          aria-label={labels.search}
          onChange={(event) => setSearch(event.target.value)}
          {...part("thread-input")}
        />
        <button type="button" aria-pressed={archived} onClick={() => setArchived(!archived)} {...part("button")}>
          {labels.archive}
        </button>
      </div>
      <Notices view={view} failure={failure} />
      <Nothing view={view} archived={archived} search={search} />
      {view.threads.length > 0 ? <ul {...part("thread-list")}>{view.threads.map(item)}</ul> : null}
      {view.hasMore ? (
        <button type="button" disabled={view.loadingMore} onClick={view.loadMore} {...part("button")}>
          {labels.loadMore}
        </button>
      ) : null}
    </nav>
  );
}

/** What went wrong, spoken once. */
function Notices({ view, failure }: { readonly view: ThreadsView; readonly failure: SessionStreamError | null }) {
  const part = usePart();
  const { labels } = useThreadsScope();
  const words = useLabels();
  const { state, refresh } = view;
  const failedLoad = state.type === "failed" || state.type === "stale" ? state.error : null;
  return (
    <div role="alert">
      {failure === null ? null : (
        <p {...part("thread-notice")}>
          {labels.changeFailed}. {errorText(failure, words)}
        </p>
      )}
      {failedLoad === null ? null : (
        <p {...part("thread-notice", { state: state.type })}>
          {labels.loadFailed}. {errorText(failedLoad, words)}{" "}
          <button type="button" onClick={refresh} {...part("button")}>
            {labels.retry}
          </button>
        </p>
      )}
    </div>
  );
}

interface NothingProps {
  readonly view: ThreadsView;
  readonly archived: boolean;
  readonly search: string;
}

/** Why there is nothing to see. */
function Nothing({ view, archived, search }: NothingProps) {
  const part = usePart();
  const { labels } = useThreadsScope();
  return (
    <p role="status" {...part("threads-empty")}>
      {whyNothing()}
    </p>
  );

  function whyNothing(): ReactNode {
    if (view.state.type === "loading") return labels.loading;
    if (view.threads.length > 0 || view.state.type !== "ready") return null;
    if (search.trim() !== "") return labels.noHit(search.trim());
    return archived ? labels.emptyArchive : labels.empty;
  }
}
