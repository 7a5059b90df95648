/**
 * Owns what one machine's outbox may not lose: a message that was kept there once stays until it took effect, or its
 * writer took it back (F-C3, I12).
 */
import type { Principal } from "@sessionstream/server-node";
import type { FakeBrowser } from "../../../packages/client/src/testing/fake-browser.ts";
import type { LogWatch } from "../oracle/log-watch.ts";
import type { Judge } from "../run/violation.ts";
import { isTypedBy } from "../script/prompt.ts";

export class DeviceWatch {
  readonly #browser: FakeBrowser;
  readonly #log: Pick<LogWatch, "hadEffect" | "wasSaid">;
  readonly #judge: Judge;
  /** Texts by command id. */
  #kept = new Map<string, string>();

  constructor(browser: FakeBrowser, log: Pick<LogWatch, "hadEffect" | "wasSaid">, judge: Judge) {
    this.#browser = browser;
    this.#log = log;
    this.#judge = judge;
  }

  takenBack(commandId: string): void {
    this.#kept.delete(commandId);
  }

  /** With the sign-out everything of theirs goes. */
  signedOut(principal: Principal): void {
    for (const [id, text] of this.#kept) if (isTypedBy(text, principal)) this.#kept.delete(id);
  }

  check(): void {
    const kept = new Map(this.#browser.texts().map(readItem));
    for (const [id, text] of this.#kept) {
      if (kept.has(id) || this.#log.hadEffect(id) || this.#log.wasSaid(text)) continue;
      this.#judge.violate("I12", `${id} was kept on the device, is gone from there, and was never said`);
    }
    this.#kept = kept;
  }
}

function readItem(record: string): readonly [commandId: string, text: string] {
  // CAST: what the client's outbox keeps.
  const { item } = JSON.parse(record) as { readonly item: { readonly commandId: string; readonly text: string } };
  return [item.commandId, item.text];
}
