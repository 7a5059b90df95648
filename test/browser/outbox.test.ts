import type { BrowserContext } from "playwright";
import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import { part } from "./harness/chat-tab.ts";
import { countEvents } from "./harness/event-log.ts";

/** Pages load, sockets open, but no message gets through. */
async function loseMessages(context: BrowserContext): Promise<() => Promise<void>> {
  const url = "**/messages";
  await context.route(url, (route) => route.abort());
  return () => context.unroute(url);
}

const ACCEPTED = "ChatUserMessageAccepted";

describe("the outbox on a real device", () => {
  it("F-C3 K32 messages of a tab that was closed are sent by the next one, once and in order", async ({
    desk,
    server,
  }) => {
    const device = await desk.device();
    const heal = await loseMessages(device);
    const closed = await desk.openOn(device);
    await closed.say("first a table");
    await closed.say("then some code");
    await closed.part("message", "queued").first().waitFor();
    await closed.close();

    const tab = await desk.openOn(device);
    await tab.part("message", "queued").nth(1).waitFor();
    expect(await tab.userTexts()).toEqual(["first a table", "then some code"]);
    await heal();
    await expect.poll(() => countEvents(server.database, desk.session, ACCEPTED), { timeout: 40_000 }).toBe(2);
    await tab.answered();
    expect(await tab.userTexts()).toEqual(["first a table", "then some code"]);
    await tab.reload();
    expect(await tab.userTexts()).toEqual(["first a table", "then some code"]);
    expect(await countEvents(server.database, desk.session, ACCEPTED)).toBe(2);
  });

  it("F-P4 G44 two tabs show one queue; when the one that sends is closed, the other goes on", async ({
    desk,
    server,
  }) => {
    const device = await desk.device();
    const heal = await loseMessages(device);
    const leader = await desk.openOn(device);
    const other = await desk.openOn(device);
    await leader.say("from one tab");
    await other.part("message", "queued").waitFor();
    await other.say("from the other");
    await expect.poll(() => leader.userTexts()).toEqual(["from one tab", "from the other"]);
    await leader.close();
    await heal();
    await expect.poll(() => countEvents(server.database, desk.session, ACCEPTED), { timeout: 40_000 }).toBe(2);
    await other.answered();
    expect(await other.userTexts()).toEqual(["from one tab", "from the other"]);
    expect(await other.page.locator(`${part("message")}[data-state=failed]`).count()).toBe(0);
  });

  it("F-P5 a browser that refuses storage sends all the same", async ({ desk, server }) => {
    const device = await desk.device({
      prepare: (context) =>
        context.addInitScript(() => {
          indexedDB.open = () => {
            throw new DOMException("The user denied permission", "SecurityError");
          };
        }),
    });
    const tab = await desk.openOn(device);
    await tab.say("hello");
    await tab.answered();
    expect(await countEvents(server.database, desk.session, ACCEPTED)).toBe(1);
  });
});
