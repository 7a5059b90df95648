/**
 * Owns the list of planted defects: the seeded bugs the simulator has to find, by the numbers of the programme, and the
 * ones it found by itself.
 */
import { CLIENT_DEFECTS } from "./client-defects.ts";
import type { Defect } from "./defect.ts";
import { SERVER_DEFECTS } from "./server-defects.ts";

export const DEFECTS: readonly Defect[] = [...SERVER_DEFECTS, ...CLIENT_DEFECTS];

/** Seeded bugs that have nothing to be planted in, and why. */
export const NOT_PLANTED: Readonly<Record<string, string>> = {
  "1": "only the client's buffer for reference servers holds back events, and no reference server is simulated",
  "8": "a commit is one frame: there are no split frames to tell apart",
  "22": "a connection has one subscription per session",
};

/** Planted, but without a recorded history: only the long search looks for them. What shows them instead. */
export const SOUGHT: Readonly<Record<string, string>> = {
  "found-2": "the exactly-once tests of the hub, and the regression publish-stored-twice",
  "found-4": "the exactly-once tests of the hub, and the regression first-commit-arrives-late",
};
