/**
 * Owns which of four faces a thread shows: loading, failed, empty, rows. They exclude each other: a failed load is never
 * an empty thread (AT-9).
 */
import type { ThreadStatus } from "@sessionstream/client";
import type { SessionStreamError } from "@sessionstream/protocol";
import type { ReactNode } from "react";
import { anyOf, onRows, onStatus } from "../hooks/topic.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { JumpToLatest, Transcript, TranscriptViewport } from "../parts/transcript.tsx";
import { TranscriptRows } from "../parts/transcript-rows.tsx";
import type { RenderErrorHandler } from "../renderer/entity-boundary.tsx";
import { AgentModePreview } from "../widgets/agent-mode/agent-mode.tsx";
import { ArrowDownIcon } from "../widgets/icons/icons.tsx";
import { LoadFailed } from "../widgets/states/load-failed.tsx";
import { LoadingSkeleton } from "../widgets/states/loading-skeleton.tsx";
import { Typing } from "../widgets/states/typing.tsx";

export type ThreadFace =
  | { readonly type: "rows" }
  | { readonly type: "loading" }
  | { readonly type: "empty" }
  | { readonly type: "failed"; readonly error: SessionStreamError };

export function faceOf({ connection, hydration }: ThreadStatus, hasRows: boolean): ThreadFace {
  if (hasRows) return { type: "rows" };
  if (hydration.type === "failed") return hydration;
  if (hydration.type === "ready" || hydration.type === "stale") return { type: "empty" };
  return connection.type === "failed" ? connection : { type: "loading" };
}

const topic = anyOf(onStatus, onRows);

export interface ThreadContentProps {
  readonly emptyState: ReactNode;
  readonly onRenderError?: RenderErrorHandler | undefined;
}

export function ThreadContent({ emptyState, onRenderError }: ThreadContentProps) {
  const face = useSessionStream((thread) => faceOf(thread.getStatus(), thread.getRows().length > 0), { topic });
  switch (face.type) {
    case "loading":
      return <LoadingSkeleton />;
    case "failed":
      return <LoadFailed error={face.error} />;
    case "empty":
      return emptyState;
    case "rows":
      return (
        <Transcript>
          <TranscriptViewport>
            <TranscriptRows onRenderError={onRenderError} />
            <AgentModePreview />
            <Typing />
          </TranscriptViewport>
          <JumpToLatest>
            <ArrowDownIcon />
          </JumpToLatest>
        </Transcript>
      );
  }
}
