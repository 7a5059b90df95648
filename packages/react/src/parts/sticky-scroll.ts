/**
 * Owns the decision whether the transcript follows its end (pure). The reader's hand always wins: any upward intent
 * detaches, coming back to the end attaches. What the page does by itself (our own scrolling, content that shrinks, a
 * keyboard that makes room) never detaches.
 */
export interface ScrollGeometry {
  readonly top: number;
  /** Height of the content. */
  readonly height: number;
  readonly viewport: number;
}

export interface StickyScroll {
  readonly mode: "following" | "detached";
  readonly last: ScrollGeometry;
}

export type StickyScrollEvent =
  | { readonly type: "scrolled"; readonly to: ScrollGeometry }
  /** We scrolled to the end: the scroll event that follows is no news. */
  | { readonly type: "pinned"; readonly to: ScrollGeometry }
  /** Wheel, key or finger asks to go up. */
  | { readonly type: "upward-intent" }
  | { readonly type: "jump" };

/** So near, one is at the end. */
const AT_END_DISTANCE = 24;
const LEAST_MOVE = 2;

export const INITIAL_STICKY_SCROLL: StickyScroll = {
  mode: "following",
  last: { top: 0, height: 0, viewport: 0 },
};

export function stickyScroll(state: StickyScroll, event: StickyScrollEvent): StickyScroll {
  switch (event.type) {
    case "pinned":
      return { ...state, last: event.to };
    case "jump":
      return { ...state, mode: "following" };
    case "upward-intent":
      return state.last.height > state.last.viewport ? { ...state, mode: "detached" } : state;
    case "scrolled":
      return { mode: modeAfterScroll(state, event.to), last: event.to };
  }
}

function modeAfterScroll({ mode, last }: StickyScroll, to: ScrollGeometry): StickyScroll["mode"] {
  const distance = to.height - to.viewport - to.top;
  const moved = to.top - last.top;
  if (mode === "following") {
    const contentShrank = to.height < last.height;
    // Near the end, what went up may be a row that shrank and grew again before we heard of it.
    return moved < -LEAST_MOVE && distance > AT_END_DISTANCE && !contentShrank ? "detached" : "following";
  }
  return moved > 0 && distance <= AT_END_DISTANCE ? "following" : "detached";
}
