import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";

describe("several devices", () => {
  it("AT-7 Q03 an idle tab shows what another one says as it happens, and both end the same", async ({ desk }) => {
    const writer = await desk.open();
    const idle = await desk.open();
    await idle.part("empty-state").waitFor();
    const loaded = idle.frames.subscribes;

    await writer.say("think, use a tool, be long");
    await idle.written(50);
    expect(await idle.userTexts()).toEqual(["think, use a tool, be long"]);
    await idle.running();
    await Promise.all([writer.answered(), idle.answered()]);
    await idle.shows(await writer.transcript());
    expect(idle.frames.subscribes).toBe(loaded);
    expect(idle.frames.commits).toBeGreaterThan(10);
  });

  it("Q03 Q05 two devices that write at once see one order, and no frame comes twice or late", async ({ desk }) => {
    const [left, right] = [await desk.open(), await desk.open()];
    await Promise.all([left.write("a table from the left"), right.write("some code from the right")]);
    await Promise.all([left.answered(), right.answered()]);
    await expect.poll(async () => (await left.userTexts()).length, { timeout: 30_000 }).toBe(2);
    await expect.poll(async () => (await left.answers()).length, { timeout: 30_000 }).toBe(2);
    await Promise.all([left.answered(), right.answered()]);
    await right.shows(await left.transcript());
  });

  it("AT-15 V04 twenty-five consumers in StrictMode share one socket and one subscription", async ({ desk }) => {
    const context = await desk.device();
    const tab = await desk.visit(context, `${desk.url}/consumers/`);
    const live = tab.page.locator('li[data-connection="open"][data-hydration="ready"]');
    await expect.poll(() => live.count(), { timeout: 30_000 }).toBe(25);
    await tab.page.getByRole("button", { name: "Say hello" }).nth(24).click();
    const rows = tab.page.locator('li[data-rows="2"]');
    await expect.poll(() => rows.count(), { timeout: 30_000 }).toBe(25);
    expect({ sockets: tab.frames.sockets, subscribes: tab.frames.subscribes }).toEqual({ sockets: 1, subscribes: 1 });
  });
});
