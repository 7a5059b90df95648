/** Owns what people wanted stopped: no run is stopped that nobody meant (F-R4). */
import type { SessionKey } from "@sessionstream/server-node";
import { nameOf } from "./log-watch.ts";

export class StopWishes {
  readonly #runs = new Set<string>();
  /** Sessions where somebody pressed stop before they knew of a run: whatever runs is meant. */
  readonly #anything = new Set<string>();

  wish(session: SessionKey, runId: string | null): void {
    if (runId === null) this.#anything.add(nameOf(session));
    else this.#runs.add(runId);
  }

  covers(session: SessionKey, runId: string): boolean {
    return this.#runs.has(runId) || this.#anything.has(nameOf(session));
  }
}
