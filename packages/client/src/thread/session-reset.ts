/** Owns telling a content that went on from one that was replaced, and why. */
import type { Cursor } from "@sessionstream/protocol";

export type ResetReason =
  /** Another log has the session's name: it was deleted and made anew. */
  | "epoch"
  /** The server shows the same log by other projections. */
  | "view"
  /** The server's log ends before what was shown: it was restored from a backup. */
  | "behind"
  /** The server could not continue from what was shown: another history, or one that is cut off by now. */
  | "content";

/** What was on the page was replaced as a whole, not continued. */
export interface SessionReset {
  readonly reason: ResetReason;
  /** Commands whose messages the server had accepted and has no more: each is a failed row that can be sent again. */
  readonly lost: readonly string[];
}

/** What a full state does to content at `before`; `null` when there was none, or it merely came again. */
export function resetReason(before: Cursor, after: Cursor): ResetReason | null {
  if (before.ordinal === 0n) return null;
  if (after.epoch !== before.epoch) return "epoch";
  if (after.ordinal < before.ordinal) return "behind";
  // A reference server has no identity to compare and answers every return with everything.
  if (after.epoch === "") return null;
  return after.view !== before.view ? "view" : "content";
}
