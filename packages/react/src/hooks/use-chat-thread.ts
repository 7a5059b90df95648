import type { ChatThread, ThreadStatus, TranscriptRow } from "@sessionstream/client";
import { useMemo } from "react";
import { useThreadScope } from "../thread/thread-context.ts";
import { anyOf, onOrder, onRows, onStatus } from "./topic.ts";
import { useSessionStream } from "./use-session-stream.ts";

type Actions = Pick<
  ChatThread,
  "send" | "stop" | "retry" | "discard" | "retryRun" | "answerApproval" | "loadEarlier" | "reconnect"
>;

export interface ChatThreadView extends ThreadStatus, Actions {
  readonly sessionId: string;
  /** What the transcript shows, in order. Contents are read with `useEntity`, so a token renders one row. */
  readonly rows: readonly TranscriptRow[];
  readonly hasEarlier: boolean;
}

const topic = /* @__PURE__ */ anyOf(onStatus, onRows, onOrder);

/**
 * A conversation at a glance: rows, the four facts about it, and what a user can do. The actions keep their identity for
 * the life of a session. Does not render again while text streams into a row.
 */
export function useChatThread(): ChatThreadView {
  const { thread } = useThreadScope();
  const view = useSessionStream(
    () => ({
      ...thread.getStatus(),
      rows: thread.getRows(),
      hasEarlier: thread.timeline.getHasEarlier(),
    }),
    { topic },
  );
  return useMemo(() => {
    const { sessionId, send, stop, retry, discard, retryRun, answerApproval, loadEarlier, reconnect } = thread;
    return { ...view, sessionId, send, stop, retry, discard, retryRun, answerApproval, loadEarlier, reconnect };
  }, [thread, view]);
}
