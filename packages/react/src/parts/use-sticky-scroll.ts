/**
 * Owns the wiring of sticky scrolling to a viewport element: it stays at the end while following. Decisions are
 * `sticky-scroll.ts`; rows that arrive above are `use-kept-position.ts`.
 */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import { INITIAL_STICKY_SCROLL, type ScrollGeometry, type StickyScrollEvent, stickyScroll } from "./sticky-scroll.ts";

const UPWARD_KEYS: ReadonlySet<string> = new Set(["ArrowUp", "PageUp", "Home"]);

export interface StickyScrollHandle {
  readonly viewportRef: RefObject<HTMLDivElement | null>;
  readonly contentRef: RefObject<HTMLDivElement | null>;
  readonly following: boolean;
  readonly jumpToLatest: () => void;
}

export function useStickyScroll(): StickyScrollHandle {
  const viewportRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const state = useRef(INITIAL_STICKY_SCROLL);
  const [following, setFollowing] = useState(true);

  const dispatch = useCallback((event: StickyScrollEvent) => {
    state.current = stickyScroll(state.current, event);
    setFollowing(state.current.mode === "following");
  }, []);

  const pin = useCallback(() => {
    const viewport = viewportRef.current;
    if (viewport === null || state.current.mode !== "following") return;
    viewport.scrollTop = viewport.scrollHeight;
    dispatch({ type: "pinned", to: measure(viewport) });
  }, [dispatch]);

  const jumpToLatest = useCallback(() => {
    dispatch({ type: "jump" });
    pin();
  }, [dispatch, pin]);

  useLayoutEffect(() => {
    const viewport = viewportRef.current;
    const content = contentRef.current;
    if (viewport === null || content === null) return;
    pin();
    const growth = observeSize([viewport, content], pin);
    const stopListening = listen(viewport, dispatch);
    return () => {
      growth();
      stopListening();
    };
  }, [dispatch, pin]);

  return { viewportRef, contentRef, following, jumpToLatest };
}

function listen(viewport: HTMLElement, dispatch: (event: StickyScrollEvent) => void): () => void {
  const controller = new AbortController();
  const options = { passive: true, signal: controller.signal };
  let finger = 0;

  viewport.addEventListener("scroll", () => dispatch({ type: "scrolled", to: measure(viewport) }), options);
  viewport.addEventListener(
    "wheel",
    (event) => {
      if (event.deltaY < 0) dispatch({ type: "upward-intent" });
    },
    options,
  );
  viewport.addEventListener(
    "keydown",
    (event) => {
      // Keys typed into a field of a card move its caret, not the transcript.
      if (event.target === viewport && UPWARD_KEYS.has(event.key)) dispatch({ type: "upward-intent" });
    },
    options,
  );
  viewport.addEventListener(
    "touchstart",
    (event) => {
      finger = event.touches[0]?.clientY ?? 0;
    },
    options,
  );
  viewport.addEventListener(
    "touchmove",
    (event) => {
      const y = event.touches[0]?.clientY ?? 0;
      if (y > finger) dispatch({ type: "upward-intent" });
      finger = y;
    },
    options,
  );
  return () => controller.abort();
}

function measure(viewport: HTMLElement): ScrollGeometry {
  return { top: viewport.scrollTop, height: viewport.scrollHeight, viewport: viewport.clientHeight };
}

function observeSize(elements: readonly Element[], listener: () => void): () => void {
  // Absent without a layout engine, where nothing has a size.
  if (typeof ResizeObserver === "undefined") return () => {};
  const observer = new ResizeObserver(listener);
  for (const element of elements) observer.observe(element);
  return () => observer.disconnect();
}
