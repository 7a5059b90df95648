/** Owns that a reader stays where they are while rows arrive above. Call it where those rows are rendered. */
import { useLayoutEffect, useRef } from "react";
import type { StickyScrollHandle } from "./use-sticky-scroll.ts";

export function useKeptPosition({ viewportRef, contentRef, following }: StickyScrollHandle): void {
  const first = useRef<{ readonly row: HTMLElement; readonly top: number } | null>(null);
  // Every commit may have added rows: no dependencies.
  useLayoutEffect(() => {
    const viewport = viewportRef.current;
    const row = contentRef.current?.querySelector<HTMLElement>("[data-part=row]:not(:empty)") ?? null;
    const before = first.current;
    const moved = before !== null && before.row !== row && before.row.isConnected;
    if (viewport !== null && moved && !following && !isAnchored(viewport)) {
      viewport.scrollTop += before.row.offsetTop - before.top;
    }
    first.current = row && { row, top: row.offsetTop };
  });
}

/** Browsers that anchor by themselves do so everywhere but at the very top, where older rows are asked for. */
function isAnchored(viewport: HTMLElement): boolean {
  return viewport.scrollTop > 0 && typeof CSS !== "undefined" && CSS.supports("overflow-anchor", "auto");
}
