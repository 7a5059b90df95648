import type { IndexedDbMessageRows } from "@sessionstream/client/message-rows";
import type { MessageRow, MessageRowStore } from "@sessionstream/protocol/message-rows";
import { describeMessageRowConformance } from "@sessionstream/server-node/testing/vitest";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { aRow } from "../message-rows/a-row.ts";
import { bundleForPage } from "./harness/bundle-for-page.ts";

interface PageWithRows {
  readonly messageRows: { indexedDbMessageRows(): IndexedDbMessageRows };
  rows: IndexedDbMessageRows;
  readonly heard: (id: number, rows: readonly MessageRow[]) => Promise<void>;
  readonly stops: Record<number, () => void>;
}

const URL_OF_PAGE = "http://rows.localhost/";

let browser: Browser;
let script: string;
beforeAll(async () => {
  browser = await chromium.connect(inject("chromiumEndpoint"));
  script = await bundleForPage("packages/client/src/message-rows/index.ts", "messageRows");
});
afterAll(() => browser.close());

/** A browser nobody has used. */
async function aDevice() {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  await context.route(URL_OF_PAGE, (route) => route.fulfill({ contentType: "text/html", body: "<title>rows</title>" }));
  return { openTab: async () => rowsIn(await context.newPage()) };
}

/** The store of a page, called from here. */
async function rowsIn(page: Page): Promise<Required<MessageRowStore>> {
  const observers: ((rows: readonly MessageRow[]) => void)[] = [];
  await page.exposeFunction("heard", (id: number, rows: readonly MessageRow[]) => observers[id]?.(rows));
  await page.goto(URL_OF_PAGE);
  await page.addScriptTag({ content: script });
  await page.evaluate(() => {
    // CAST: what the script and the test put there.
    const here = globalThis as unknown as PageWithRows;
    Object.assign(here, { rows: here.messageRows.indexedDbMessageRows(), stops: {} });
  });
  // CAST: as above, in every call.
  return {
    loadMessages: (threadId, page_) =>
      page.evaluate(([id, part]) => (globalThis as unknown as PageWithRows).rows.loadMessages(id, part), [
        threadId,
        page_,
      ] as const),
    // As text: any JSON in any JSON is too deep a type for the driver's.
    appendMessage: (row) =>
      page.evaluate(
        (added) => (globalThis as unknown as PageWithRows).rows.appendMessage(JSON.parse(added)),
        JSON.stringify(row),
      ),
    removeMessages: (threadId) =>
      page.evaluate((id) => (globalThis as unknown as PageWithRows).rows.removeMessages(id), threadId),
    observeMessages(threadId, next, failed) {
      const id = observers.push(next) - 1;
      page
        .evaluate(
          ([thread, observer]) => {
            const { rows, heard, stops } = globalThis as unknown as PageWithRows;
            stops[observer] = rows.observeMessages(
              thread,
              (found) => void heard(observer, found),
              () => undefined,
            );
          },
          [threadId, id] as const,
        )
        .catch(failed);
      return () => {
        page.evaluate((observer) => (globalThis as unknown as PageWithRows).stops[observer]?.(), id).catch(failed);
      };
    },
  };
}

describeMessageRowConformance("IndexedDB in Chromium", async () => (await aDevice()).openTab());

describe("IndexedDB across tabs", () => {
  it("G37 a tab hears of the rows of another, once each, and finds them when it is opened anew", async () => {
    const device = await aDevice();
    const [here, there] = await Promise.all([device.openTab(), device.openTab()]);
    const heard: string[] = [];
    here.observeMessages(
      "thread-1",
      (rows) => heard.push(...rows.map(({ key }) => key)),
      (error) => expect.fail(String(error)),
    );
    // The page has heard of the observer: calls to it are answered in order.
    await here.loadMessages("thread-1");
    await there.appendMessage(aRow("a"));
    await there.appendMessage(aRow("a"));
    await there.appendMessage(aRow("b", { threadId: "thread-2" }));
    await here.appendMessage(aRow("c"));
    await expect.poll(() => [...heard].sort()).toEqual(["a", "c"]);
    const keys = (await (await device.openTab()).loadMessages("thread-1")).map(({ key }) => key);
    expect(keys).toEqual(["a", "c"]);
  });

  it("G33 two tabs that store the same row at once store it once", async () => {
    const device = await aDevice();
    const tabs = await Promise.all([device.openTab(), device.openTab()]);
    const keys = ["a", "b", "c", "d", "e"];
    await Promise.all(tabs.flatMap((tab) => keys.map((key) => tab.appendMessage(aRow(key)))));
    const found = await tabs[0].loadMessages("thread-1");
    expect(found.map(({ key }) => key).sort()).toEqual(keys);
  });
});
