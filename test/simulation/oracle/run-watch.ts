/** Owns I10 for one log: a run ends once, nothing is said in it afterwards, and who stops it has meant it. */
import type { StoredEvent } from "@sessionstream/server-node";
import type { Judge } from "../run/violation.ts";

const BEGINS = "ChatRunQueued";
const ENDS = new Set(["ChatRunFinished", "ChatRunStopped", "ChatRunFailed", "ChatRunInterrupted"]);
const STOPS = new Set(["ChatRunStopRequested", "ChatRunStopped"]);
const SAYS = /^Chat(Text|Reasoning|Tool|Approval|ProviderCall|Run)/;

export class RunWatch {
  readonly #judge: Judge;
  readonly #mayStop: (runId: string) => boolean;
  readonly #runs = new Map<string, "open" | "ended">();

  constructor(judge: Judge, mayStop: (runId: string) => boolean) {
    this.#judge = judge;
    this.#mayStop = mayStop;
  }

  see(event: StoredEvent): void {
    const { name } = event;
    if (!SAYS.test(name)) return;
    const runId = runIdOf(event.payload);
    if (name === BEGINS) {
      this.#runs.set(runId, "open");
      return;
    }
    if (this.#runs.get(runId) === "ended") {
      this.#judge.violate("I10", `${name} at ${event.ordinal} comes after the end of run ${runId}`);
    }
    if (STOPS.has(name) && !this.#mayStop(runId)) {
      this.#judge.violate("I10", `${name} at ${event.ordinal} is about run ${runId}, which nobody wanted to stop`);
    }
    if (ENDS.has(name)) this.#runs.set(runId, "ended");
  }

  open(): readonly string[] {
    return [...this.#runs].flatMap(([runId, state]) => (state === "open" ? [runId] : []));
  }
}

function runIdOf(payload: string): string {
  // CAST: the correlation is part of every event of a run; whatever else there is is not looked at.
  const { correlation } = JSON.parse(payload) as { readonly correlation?: { readonly runId?: string } };
  return correlation?.runId ?? "";
}
