import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import { part } from "./harness/chat-tab.ts";
import { countEvents } from "./harness/event-log.ts";
import { Network } from "./harness/network.ts";

describe("sending", () => {
  it("AT-11 an optimistic bubble becomes the confirmed one without leaving the page", async ({ desk }) => {
    const tab = await desk.open();
    const held = deferred();
    await tab.page.route("**/messages", async (route) => {
      await held.promise;
      await route.continue();
    });
    await tab.write("a table, please");
    await tab.part("message", "sending").waitFor();
    await tab.page.evaluate((selector) => {
      const bubble = document.querySelector(selector);
      if (bubble === null) throw new Error("There is no bubble");
      const state = { bubble, removals: 0 };
      Object.assign(window, { watched: state });
      const count = (records: readonly MutationRecord[]) => {
        for (const { removedNodes } of records)
          for (const node of removedNodes) if (node.contains(bubble)) state.removals += 1;
      };
      new MutationObserver(count).observe(document, { childList: true, subtree: true });
    }, part("bubble"));
    held.resolve();
    await tab.answered();
    const fate = await tab.page.evaluate((selector) => {
      const { bubble, removals } = (window as unknown as { watched: { bubble: Element; removals: number } }).watched;
      return {
        removals,
        same: document.querySelector(selector) === bubble,
        count: document.querySelectorAll(selector).length,
      };
    }, part("bubble"));
    expect(fate).toEqual({ removals: 0, same: true, count: 1 });
  });

  it("L9: AT-16 a message whose acknowledgement is lost on the way is there once, and not as failed", async ({
    desk,
    server,
  }) => {
    const tab = await desk.open();
    let requests = 0;
    await tab.page.route("**/messages", async (route) => {
      requests += 1;
      const response = await route.fetch();
      if (requests === 1) await route.abort("connectionreset");
      else await route.fulfill({ response });
    });
    await tab.say("a table, please");
    await tab.answered();
    await tab.part("message", "sent").first().waitFor();
    expect(await tab.userTexts()).toEqual(["a table, please"]);
    expect(await countEvents(server.database, desk.session, "ChatUserMessageAccepted")).toBe(1);
    expect(await countEvents(server.database, desk.session, "ChatRunStarted")).toBe(1);
  });

  it("Q04 messages written offline are shown, and arrive once and in order when the network is back", async ({
    desk,
    server,
  }) => {
    await using network = await Network.to(desk.url);
    const tab = await desk.open({ url: network.url });
    const elsewhere = await desk.open();
    await tab.live();
    await tab.page.context().setOffline(true);
    network.cut();
    await tab.part("banner", "offline").waitFor();
    await tab.write("first a table");
    await tab.write("then some code");
    expect(await tab.userTexts()).toEqual(["first a table", "then some code"]);
    expect(await elsewhere.userTexts()).toEqual([]);

    network.mend();
    await tab.page.context().setOffline(false);
    await tab.answered();
    await expect.poll(async () => (await tab.answers()).length, { timeout: 30_000 }).toBe(2);
    await tab.answered();
    expect(await tab.part("banner").count()).toBe(0);
    expect(await tab.userTexts()).toEqual(["first a table", "then some code"]);
    await elsewhere.shows(await tab.transcript());
    expect(await countEvents(server.database, desk.session, "ChatUserMessageAccepted")).toBe(2);
  });
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((onResolve) => {
    resolve = onResolve;
  });
  return { promise, resolve };
}
