import type { TranscriptRow } from "@sessionstream/client";
import { useEffect, useMemo, useRef } from "react";
import { anyOf, onOrder, onRows } from "../hooks/topic.ts";
import { useAction } from "../hooks/use-action.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { useTimeline } from "../hooks/use-timeline.ts";
import { errorText } from "../labels/error-text.ts";
import { useLabels } from "../labels/labels-context.tsx";
import type { RenderErrorHandler } from "../renderer/entity-boundary.tsx";
import { RowOutlet } from "../renderer/row-outlet.tsx";
import { usePart } from "../slots/use-part.ts";
import { useThreadScope } from "../thread/thread-context.ts";
import { createTranscriptRows } from "./arrange-rows.ts";
import { useTranscript } from "./transcript-context.ts";
import { useKeptPosition } from "./use-kept-position.ts";
import { useRowWindow } from "./use-row-window.ts";

const topic = /* @__PURE__ */ anyOf(onRows, onOrder);

/** What the transcript shows, in order, outcomes of runs included. */
export function useTranscriptRows(): readonly TranscriptRow[] {
  const { thread } = useThreadScope();
  const select = useMemo(() => ({ thread, rows: createTranscriptRows() }), [thread]);
  return useSessionStream(select.rows, { topic });
}

export interface TranscriptRowsProps {
  readonly onRenderError?: RenderErrorHandler | undefined;
}

/** The rows of the thread, each through the renderer of its kind, and the way to older ones. */
export function TranscriptRows({ onRenderError }: TranscriptRowsProps) {
  const part = usePart();
  const { rows, hasHidden, reveal } = useRowWindow(useTranscriptRows());
  useKeptPosition(useTranscript());
  return (
    <>
      <EarlierRows hasHidden={hasHidden} reveal={reveal} />
      {rows.map((row) => (
        <div key={row.key} {...part("row")}>
          <RowOutlet row={row} onRenderError={onRenderError} />
        </div>
      ))}
    </>
  );
}

interface EarlierRowsProps {
  readonly hasHidden: boolean;
  readonly reveal: () => void;
}

/** Loads older rows when it comes into view or is pressed; after a failure only when pressed. */
function EarlierRows({ hasHidden, reveal }: EarlierRowsProps) {
  const part = usePart();
  const labels = useLabels();
  const { thread } = useThreadScope();
  const { hasEarlier } = useTimeline();
  const { viewportRef, following } = useTranscript();
  const [state, load] = useAction(thread.loadEarlier);
  const button = useRef<HTMLButtonElement>(null);

  const more = hasHidden ? reveal : load;
  const automatic = !following && (hasHidden || state.type === "idle");
  useEffect(() => {
    const target = button.current;
    if (!automatic || target === null || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) more();
      },
      { root: viewportRef.current, rootMargin: "400px 0px 0px" },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, [automatic, more, viewportRef]);

  if (!hasHidden && !hasEarlier) return null;
  return (
    <button
      ref={button}
      type="button"
      onClick={more}
      aria-busy={state.type === "busy"}
      {...part("load-earlier", { state: state.type })}
    >
      {state.type === "busy" ? labels.loadingEarlier : labels.loadEarlier}
      {state.type === "failed" ? (
        <span {...part("notice", { state: "error" })}>{errorText(state.error, labels)}</span>
      ) : null}
    </button>
  );
}
