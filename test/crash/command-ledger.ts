/** Owns what was sent to the servers of one file over all their lives, and what they promised: an outcome never changes. */
import { expect } from "vitest";
import type { Acknowledged, CrashingServer, SentCommand } from "./crashing-server.ts";

export class CommandLedger {
  /** By id, with the life in which it was sent first. */
  readonly #sent = new Map<string, { readonly command: SentCommand; readonly life: number }>();
  readonly #acknowledged = new Map<string, Acknowledged>();

  get sent(): readonly SentCommand[] {
    return [...this.#sent.values()].map(({ command }) => command);
  }

  get acknowledged(): ReadonlyMap<string, Acknowledged> {
    return this.#acknowledged;
  }

  sentInLife(life: number): readonly SentCommand[] {
    return [...this.#sent.values()].filter((entry) => entry.life === life).map(({ command }) => command);
  }

  /** Adds what a server, dead by now, was sent and what it answered. */
  take(server: CrashingServer, life: number): void {
    for (const command of server.sent) {
      if (!this.#sent.has(command.id)) this.#sent.set(command.id, { command, life });
    }
    for (const [id, ack] of server.acknowledged) {
      const first = this.#acknowledged.get(id);
      if (first === undefined) this.#acknowledged.set(id, ack);
      else expect([id, ack.outcome, ack.repeated]).toEqual([id, first.outcome, true]);
    }
  }
}
