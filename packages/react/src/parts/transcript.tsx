/**
 * Owns the transcript's frame: a scrolling region that follows its end. It is a log whose live announcements are off:
 * a screen reader must not hear every token. `Announcer` speaks instead, twice per answer.
 */
import { type ComponentPropsWithoutRef, useEffect } from "react";
import { onStatus } from "../hooks/topic.ts";
import { useSessionStream } from "../hooks/use-session-stream.ts";
import { useLabels } from "../labels/labels-context.tsx";
import { usePart } from "../slots/use-part.ts";
import { useThreadScope } from "../thread/thread-context.ts";
import { TranscriptContext, useTranscript } from "./transcript-context.ts";
import { useStickyScroll } from "./use-sticky-scroll.ts";

/** Holds a `TranscriptViewport` and whatever floats over it. */
export function Transcript(props: ComponentPropsWithoutRef<"div">) {
  const part = usePart();
  const handle = useStickyScroll();
  useFollowOwnMessages(handle.jumpToLatest);
  useReading(handle.following);
  const state = handle.following ? "following" : "detached";
  return (
    <TranscriptContext.Provider value={handle}>
      <div {...props} {...part("transcript", { state, className: props.className })} />
    </TranscriptContext.Provider>
  );
}

/** Whoever writes from further up wants to see what comes of it. */
function useFollowOwnMessages(jumpToLatest: () => void): void {
  const newest = useSessionStream((thread) => thread.getStatus().pending.at(-1)?.commandId, { topic: onStatus });
  useEffect(() => {
    if (newest !== undefined) jumpToLatest();
  }, [newest, jumpToLatest]);
}

/** Who follows the end reads what appears there. */
function useReading(following: boolean): void {
  const { reading } = useThreadScope();
  useEffect(() => {
    reading.set(following);
    return () => reading.set(false);
  }, [reading, following]);
}

export function TranscriptViewport({ children, ...props }: ComponentPropsWithoutRef<"div">) {
  const part = usePart();
  const labels = useLabels();
  const { viewportRef, contentRef } = useTranscript();
  return (
    <div
      role="log"
      aria-live="off"
      aria-label={labels.transcript}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
      tabIndex={0}
      {...props}
      ref={viewportRef}
      {...part("viewport", { className: props.className })}
    >
      <div ref={contentRef} {...part("viewport-content")}>
        {children}
      </div>
    </div>
  );
}

/** Back to the end; only while the reader is elsewhere. */
export function JumpToLatest({ children, ...props }: ComponentPropsWithoutRef<"button">) {
  const part = usePart();
  const labels = useLabels();
  const { following, jumpToLatest, viewportRef } = useTranscript();
  if (following) return null;
  return (
    <button
      type="button"
      aria-label={labels.jumpToLatest}
      {...props}
      onClick={() => {
        jumpToLatest();
        // The button goes away: keep the focus where the keyboard can go on reading.
        viewportRef.current?.focus({ preventScroll: true });
      }}
      {...part("jump-to-latest", { className: props.className })}
    >
      {children ?? labels.jumpToLatest}
    </button>
  );
}
