/** Owns people who talk while something happens: who says what, and that all of it is there once in the end. */
import { expect } from "vitest";
import { recital } from "../crash/chat-under-test.ts";
import type { Fleet } from "./fleet.ts";
import type { FleetClient } from "./fleet-client.ts";
import { expectConverged, expectSound, untilAnswered } from "./oracle.ts";

export class Load {
  readonly #clients: readonly FleetClient[];
  /** By session. */
  readonly #said = new Map<string, string[]>();

  constructor(clients: readonly FleetClient[]) {
    this.#clients = clients;
  }

  get size(): number {
    return [...this.#said.values()].reduce((sum, said) => sum + said.length, 0);
  }

  /** Each client says so much, and waits for each answer. */
  async say(count: number): Promise<void> {
    await Promise.all(
      this.#clients.map(async (client) => {
        for (let n = 0; n < count; n += 1) await this.#sayOnce(client);
      }),
    );
  }

  /** Each client goes on until `happening` is over. */
  async during(happening: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = happening.finally(() => {
      isOver = true;
    });
    await Promise.all([
      over,
      ...this.#clients.map(async (client) => {
        while (!isOver) await this.#sayOnce(client);
      }),
    ]);
  }

  /** @returns how the runs ended. */
  async expectNothingLost(fleet: Fleet): Promise<readonly string[]> {
    const ends: string[] = [];
    for (const [session, said] of this.#said) {
      await untilAnswered(fleet, session);
      const { log, runEnds } = await expectSound(fleet, session);
      const prompts = log.flatMap(({ name, payload }) =>
        // CAST: as the chat stores it.
        name === "ChatUserMessageAccepted" ? [(JSON.parse(payload) as { readonly content: string }).content] : [],
      );
      expect(prompts.toSorted()).toEqual(said.toSorted());
      ends.push(...runEnds);
    }
    await expectConverged(fleet, this.#clients);
    return ends;
  }

  async #sayOnce(client: FleetClient): Promise<void> {
    const said = this.#said.get(client.session) ?? [];
    this.#said.set(client.session, said);
    const text = recital(`${client.session}-${said.length}`);
    said.push(text);
    await client.ask(text);
  }
}
