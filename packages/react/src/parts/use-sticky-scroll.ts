/**
 * Owns the wiring of sticky scrolling to a viewport element: it stays at the end while following, and where the reader
 * is while rows arrive above. Decisions are `sticky-scroll.ts`.
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

  useKeptPosition(viewportRef, contentRef, following);
  return { viewportRef, contentRef, following, jumpToLatest };
}

/** Rows that arrive above push what is read down: scroll by as much. The browser's own anchoring is idle at the very top. */
function useKeptPosition(
  viewportRef: RefObject<HTMLElement | null>,
  contentRef: RefObject<HTMLElement | null>,
  following: boolean,
): void {
  const first = useRef<{ readonly row: HTMLElement; readonly top: number } | null>(null);
  // Every commit may have added rows: no dependencies.
  useLayoutEffect(() => {
    const viewport = viewportRef.current;
    const row = contentRef.current?.querySelector<HTMLElement>("[data-part=row]") ?? null;
    const before = first.current;
    if (viewport !== null && before !== null && before.row !== row && before.row.isConnected && !following) {
      viewport.scrollTop += before.row.offsetTop - before.top;
    }
    first.current = row && { row, top: row.offsetTop };
  });
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
