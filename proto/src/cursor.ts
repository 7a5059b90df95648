import type { Ordinal } from "./ordinal.ts";

/**
 * Where a reader stands (L10). Another `epoch` is another log, another `view` another projection of it, another `tag`
 * at the same ordinal another history: each replaces state, none merges.
 */
export interface Cursor {
  readonly epoch: string;
  readonly view: string;
  readonly ordinal: Ordinal;
  /** Id of the event at `ordinal`. */
  readonly tag: string;
}

/** The cursor of a session that has no log yet. */
export const UNBORN: Cursor = { epoch: "", view: "", ordinal: 0n, tag: "" };
