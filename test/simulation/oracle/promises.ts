/**
 * Owns what servers have promised: an accepted command is in the log the moment that is said, stays there (I3), and
 * says the same whenever it is asked again (I4).
 */
import type { SessionKey } from "@sessionstream/server-node";
import type { CommandAnswer, Surroundings } from "../run/surroundings.ts";
import { nameOf } from "./log-watch.ts";

interface Accepted {
  readonly session: SessionKey;
  readonly commandId: string;
  readonly epoch: string;
  /** What was asked for, and what was answered. */
  readonly asked: string;
  readonly outcome: string;
}

export class Promises {
  readonly #surroundings: Pick<Surroundings, "log" | "judge">;
  #accepted = new Map<string, Accepted>();

  constructor(surroundings: Pick<Surroundings, "log" | "judge">) {
    this.#surroundings = surroundings;
  }

  answered({ principal, url, body, status, text }: CommandAnswer): void {
    if (status !== 200) return;
    const { log, judge } = this.#surroundings;
    // CAST: what the chat's routes answer.
    const said = JSON.parse(text) as { sessionId: string; commandId: string; epoch: string; outcome?: object };
    const session = { tenant: principal.tenant, session: said.sessionId };
    const { commandId, epoch } = said;
    // Somebody removed the session while the answer was written.
    if (log.current(session)?.epoch !== epoch && log.hadLog(session, epoch)) return;
    if (!log.hasCommand(session, commandId)) {
      judge.violate("I3", `${commandId} was accepted, but is not in the log of ${nameOf(session)}`);
    }
    const asked = `${principal.id} ${new URL(url).pathname} ${body}`;
    const outcome = JSON.stringify(said.outcome ?? {});
    const name = `${nameOf(session)} ${epoch} ${commandId}`;
    const before = this.#accepted.get(name);
    if (before !== undefined && (before.outcome !== outcome || before.asked !== asked)) {
      judge.violate("I4", `${commandId}: ${before.asked} → ${before.outcome}, then ${asked} → ${outcome}`);
    }
    this.#accepted.set(name, { session, commandId, epoch, asked, outcome });
  }

  /** What came after the backup was never promised by who is there now. */
  restored(): void {
    const kept = [...this.#accepted].filter(([, { session, commandId }]) =>
      this.#surroundings.log.hasCommand(session, commandId),
    );
    this.#accepted = new Map(kept);
  }

  check(): void {
    const { log, judge } = this.#surroundings;
    for (const { session, commandId, epoch } of this.#accepted.values()) {
      if (log.current(session)?.epoch !== epoch || log.hasCommand(session, commandId)) continue;
      judge.violate("I3", `${commandId} was accepted, but is gone from the log of ${nameOf(session)}`);
    }
  }
}
