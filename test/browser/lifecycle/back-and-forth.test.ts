import type { BrowserContext, Page } from "playwright";
import { describe, expect } from "vitest";
import { it } from "../harness/browser-test.ts";

/** Not a promise of speed: for what hangs. */
const PATIENCE = { timeout: 30_000 };

interface Visit {
  /** The page was kept, not loaded anew. */
  readonly persisted: boolean;
  /** What the page claimed, and how many rows it showed while it did. */
  readonly claims: (readonly [claim: string, rows: number])[];
}

/** Notes, in the page itself, every socket, every return and whatever it claims from then on. */
function watchVisits(context: BrowserContext): Promise<unknown> {
  return context.addInitScript(() => {
    Object.assign(window, { sockets: 0 });
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL) {
        super(url);
        Reflect.set(window, "sockets", Reflect.get(window, "sockets") + 1);
      }
    };
    const visits: { persisted: boolean; claims: [string, number][] }[] = [];
    Object.assign(window, { visits });
    const note = () => {
      const item = document.querySelector("li");
      const claim = item?.getAttribute("data-hydration") ?? "nothing";
      visits.at(-1)?.claims.push([claim, Number(item?.getAttribute("data-rows"))]);
    };
    addEventListener("pageshow", ({ persisted }) => {
      visits.push({ persisted, claims: [] });
      note();
    });
    new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true });
  });
}

// CAST: what the script above put there.
const lastVisit = (page: Page): Promise<Visit | undefined> =>
  page.evaluate(() => (window as unknown as { visits: Visit[] }).visits.at(-1));

const leave = (page: Page): Promise<unknown> => Promise.all([page.waitForURL("**/away"), page.evaluate(goAway)]);
const goAway = (): void => {
  location.href = "/away";
};

describe("leaving a page and coming back to it", { timeout: 180_000 }, () => {
  it("F-P2 L7: ten times, it is kept, and never calls old content current", async ({ desk }) => {
    const context = await desk.device({
      prepare: async (device) => {
        await watchVisits(device);
        await device.route("**/away", (route) => route.fulfill({ contentType: "text/html", body: "elsewhere" }));
      },
    });
    const elsewhere = await desk.open();
    const tab = await desk.visit(context, `${desk.url}/consumers/`);
    const ready = tab.page.locator('li[data-connection="open"][data-hydration="ready"]');
    await expect.poll(() => ready.count(), PATIENCE).toBe(25);

    let truth = 0;
    for (let trip = 0; trip < 10; trip += 1) {
      await leave(tab.page);
      if (trip % 3 === 0) {
        await elsewhere.say(`hello ${trip}`);
        await elsewhere.answered();
        truth += 2;
      }
      await tab.page.evaluate(() => history.back());
      await tab.page.waitForURL("**/consumers/", { waitUntil: "commit" });
      await expect
        .poll(() => tab.page.locator(`li[data-rows="${truth}"][data-hydration="ready"]`).count(), PATIENCE)
        .toBe(25);
      const visit = await lastVisit(tab.page);
      expect(visit?.persisted).toBe(true);
      expect(visit?.claims.filter(([claim, rows]) => claim === "ready" && rows < truth)).toEqual([]);
    }
    expect(await tab.page.evaluate(() => Reflect.get(window, "sockets"))).toBe(11);
  });

  it("F-P2 the widget with its outbox is kept too, and its composer works on", async ({ desk }) => {
    const context = await desk.device({
      prepare: async (device) => {
        await watchVisits(device);
        await device.route("**/away", (route) => route.fulfill({ contentType: "text/html", body: "elsewhere" }));
      },
    });
    const tab = await desk.openOn(context);
    await tab.say("hello");
    await tab.answered();
    await leave(tab.page);
    await tab.page.evaluate(() => history.back());
    await tab.live();
    expect((await lastVisit(tab.page))?.persisted).toBe(true);
    await tab.say("hello again");
    await tab.answered();
    expect(await tab.userTexts()).toEqual(["hello", "hello again"]);
  });
});
