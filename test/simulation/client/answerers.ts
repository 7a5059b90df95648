/**
 * Owns the people who are asked whether a tool may be used: whoever sees it says yes or no, several at once, each as if
 * alone. When the faults are over they go on until nothing is asked any more.
 */
import type { World } from "../run/world.ts";
import type { Random } from "../time/random.ts";
import type { OpenThread, Tab } from "./tab.ts";

/** Whoever got no answer, or a no, asks themselves again what they see. */
const PATIENCE_MS = 3_000;

export class Answerers {
  readonly #world: World;
  readonly #random: Random;
  /** When who may say again what they think of what; nobody does while they wait for an answer. */
  readonly #patientUntil = new Map<string, number>();

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  /** `all`: nobody leaves it to others. */
  look(all: boolean): void {
    for (const tab of this.#world.tabs) for (const thread of tab.threads.values()) this.#lookAt(tab, thread, all);
  }

  #lookAt(tab: Tab, { session, lease: { thread } }: OpenThread, all: boolean): void {
    const { clock } = this.#world.surroundings;
    for (const key of thread.timeline.getOrder()) {
      if (!key.startsWith("ChatApproval/")) continue;
      const { approvalId, digest, status } = thread.timeline.getEntity(key)?.payload ?? {};
      if (status !== "CHAT_APPROVAL_STATUS_PENDING") continue;
      const who = `${tab.name} ${session} ${approvalId}`;
      if (clock.now < (this.#patientUntil.get(who) ?? 0)) continue;
      this.#patientUntil.set(who, clock.now + PATIENCE_MS);
      if (!all && this.#random.chance(0.3)) continue;
      const decision = this.#random.chance(0.6) ? "approve" : "deny";
      const answer = { approvalId: String(approvalId), digest: String(digest), decision } as const;
      clock.after(this.#random.pick([0, 0, 5, 200]), () => {
        if (!this.#world.tabs.includes(tab)) return;
        this.#patientUntil.set(who, Number.POSITIVE_INFINITY);
        const answered = () => void this.#patientUntil.set(who, clock.now + PATIENCE_MS);
        thread.answerApproval(answer).then(answered, answered);
      });
    }
  }
}
