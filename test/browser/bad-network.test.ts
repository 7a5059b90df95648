import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import { tamper } from "./harness/tampering.ts";

describe("a network that lies", () => {
  it("AT-12 frames twice, out of order, missing and malformed never throw, and the page ends at the truth", async ({
    desk,
  }) => {
    const context = await desk.device();
    const done = await tamper(context);
    const deceived = await desk.openOn(context);
    const truth = await desk.open();
    await deceived.say("think, use a tool, show a card, and be long");
    await Promise.all([truth.answered(), deceived.answered()]);
    await deceived.shows(await truth.transcript());
    expect(Math.min(...Object.values(done))).toBeGreaterThan(1);
    expect(await deceived.page.evaluate(() => Reflect.get({}, "polluted"))).toBeUndefined();
    expect(await deceived.part("banner").count()).toBe(0);
  });
});
