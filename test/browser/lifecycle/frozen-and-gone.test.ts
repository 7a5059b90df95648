import type { CDPSession, Page } from "playwright";
import { describe, expect } from "vitest";
import { it } from "../harness/browser-test.ts";

const devtools = (page: Page): Promise<CDPSession> => page.context().newCDPSession(page);

describe("a page that its browser puts away", () => {
  it("F-P8 AT-2 is stopped in the middle of an answer and goes on after it: the whole answer, no error", async ({
    desk,
  }) => {
    const tab = await desk.open();
    const steady = await desk.open();
    await tab.say("think, use a tool, be long");
    await tab.written(50);
    const browser = await devtools(tab.page);
    // A page that is looked at cannot be frozen, and every page of a test is; a debugger stops its script all the same.
    await browser.send("Debugger.enable");
    const stopped = new Promise((resolve) => browser.once("Debugger.paused", resolve));
    await Promise.all([stopped, browser.send("Debugger.pause")]);
    await steady.answered();
    const whole = await steady.transcript();
    await browser.send("Debugger.disable");
    await tab.answered();
    await tab.shows(whole);
    expect(await tab.part("banner").count()).toBe(0);
  });

  it("F-P8 L7: crashes in the middle of an answer: loaded again it shows what there is by then", async ({ desk }) => {
    const device = await desk.device();
    const tab = await desk.openOn(device);
    await tab.say("be long");
    await tab.written(200);
    const crashed = tab.page.waitForEvent("crash");
    const browser = await devtools(tab.page);
    // Who has crashed does not answer any more.
    void browser.send("Page.crash").catch(() => undefined);
    await crashed;

    const again = await desk.openOn(device);
    await again.written(200);
    expect(await again.userTexts()).toEqual(["be long"]);
    await again.answered();
    expect((await again.answers()).join("")).toContain("8. Of people");
  });
});
