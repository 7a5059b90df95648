/**
 * Owns how many of the loaded rows are in the page: the newest hundred, and a hundred more each time the reader goes
 * up. What was shown once stays, so that nothing disappears under the reader.
 */
import type { TranscriptRow } from "@sessionstream/client";
import { useCallback, useState } from "react";

export const ROW_WINDOW_STEP = 100;

/** Anchored at a row and not at a count from the end: a new row must not push the oldest out. */
type Start =
  | { readonly type: "undecided" }
  /** Everything was shown, so older rows that arrive are shown too. */
  | { readonly type: "all" }
  | { readonly type: "row"; readonly key: string };

const UNDECIDED: Start = { type: "undecided" };

export interface RowWindow {
  readonly rows: readonly TranscriptRow[];
  readonly hasHidden: boolean;
  readonly reveal: () => void;
}

export function useRowWindow(all: readonly TranscriptRow[]): RowWindow {
  const [start, setStart] = useState(UNDECIDED);
  const index = indexOf(start, all);
  const decided = startAt(all, index);
  if (!sameStart(start, decided)) setStart(decided);

  const revealed = startAt(all, Math.max(0, index - ROW_WINDOW_STEP));
  const revealedKey = revealed.type === "row" ? revealed.key : null;
  const reveal = useCallback(
    () => setStart(revealedKey === null ? { type: "all" } : { type: "row", key: revealedKey }),
    [revealedKey],
  );
  return { rows: index === 0 ? all : all.slice(index), hasHidden: index > 0, reveal };
}

function indexOf(start: Start, all: readonly TranscriptRow[]): number {
  if (start.type === "all") return 0;
  const found = start.type === "row" ? all.findIndex((row) => row.key === start.key) : -1;
  return found === -1 ? Math.max(0, all.length - ROW_WINDOW_STEP) : found;
}

function startAt(all: readonly TranscriptRow[], index: number): Start {
  const key = all[index]?.key;
  if (key === undefined) return UNDECIDED;
  return index === 0 ? { type: "all" } : { type: "row", key };
}

function sameStart(a: Start, b: Start): boolean {
  return a.type === b.type && (a.type !== "row" || b.type !== "row" || a.key === b.key);
}
