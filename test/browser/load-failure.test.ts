import { memoryStorage } from "@sessionstream/server-node";
import { describe, expect } from "vitest";
import { serveChatHere } from "./fixtures/serve-chat-here.ts";
import { it } from "./harness/browser-test.ts";
import { part } from "./harness/chat-tab.ts";

const RETRY = `${part("load-failed")} button`;

describe("a storage that cannot be read", () => {
  it("AT-9 shows an error with Retry, takes no message, and never looks like an empty chat", async ({ desk }) => {
    const storage = memoryStorage();
    const load = storage.load.bind(storage);
    let broken = true;
    storage.load = (session) => (broken ? Promise.reject(new Error("disk I/O error")) : load(session));
    await using server = await serveChatHere({ storage });
    const tab = await desk.open({
      url: server.url,
      prepare: (context) => context.addInitScript(watchFor, part("empty-state")),
    });
    const failure = tab.part("load-failed");
    await failure.waitFor();
    expect(await tab.part("composer-input").isDisabled()).toBe(true);
    expect(await failure.textContent()).not.toContain("disk I/O error");

    await failure.getByRole("button", { name: "Retry" }).click();
    await expect.poll(() => tab.frames.subscribes, { timeout: 30_000 }).toBeGreaterThan(1);
    await failure.waitFor();
    expect(await tab.page.evaluate(() => document.documentElement.dataset["seen"])).toBeUndefined();

    broken = false;
    // In one step: the chat asks again by itself, too, and then the button is gone.
    await tab.page.evaluate((selector) => document.querySelector<HTMLElement>(selector)?.click(), RETRY);
    await tab.part("empty-state").waitFor();
    await tab.say("a table, please");
    await tab.answered();
  });
});

/** Runs in the page before anything else: marks it for good if the selector ever matches. */
function watchFor(selector: string): void {
  new MutationObserver(() => {
    if (document.querySelector(selector) !== null) document.documentElement.dataset["seen"] = "yes";
  }).observe(document, { childList: true, subtree: true });
}
