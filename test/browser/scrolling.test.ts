import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import type { ChatTab } from "./harness/chat-tab.ts";

describe("a transcript that is longer than its window", () => {
  it("V16 V17 follows what is written, stays where its reader went, and comes back when asked", async ({ desk }) => {
    const tab = await desk.open();
    await tab.say("be long");
    await tab.written(1_500);
    await expect.poll(() => distanceFromEnd(tab)).toBeLessThanOrEqual(2);

    await tab.part("viewport").hover();
    await tab.page.mouse.wheel(0, -300);
    await tab.part("transcript", "detached").waitFor();
    const place = await readersPlace(tab);
    await tab.answered();
    expect(await readersPlace(tab)).toBe(place);

    await tab.part("jump-to-latest").click();
    await expect.poll(() => distanceFromEnd(tab)).toBeLessThanOrEqual(2);
    expect(await tab.part("jump-to-latest").count()).toBe(0);
  });

  it("V16 shows the own message to whoever writes it from further up", async ({ desk }) => {
    const tab = await desk.open();
    await tab.say("markdown, all of it");
    await tab.answered();
    await tab.part("viewport").hover();
    await tab.page.mouse.wheel(0, -2_000);
    await tab.part("transcript", "detached").waitFor();
    await tab.say("and a table");
    await tab.part("transcript", "following").waitFor();
    await tab.answered();
    await expect.poll(() => distanceFromEnd(tab)).toBeLessThanOrEqual(2);
  });
});

function distanceFromEnd(tab: ChatTab): Promise<number> {
  return tab
    .part("viewport")
    .evaluate(({ scrollHeight, scrollTop, clientHeight }) => Math.round(scrollHeight - scrollTop - clientHeight));
}

/** Once a wheel's scrolling has come to rest. */
function readersPlace(tab: ChatTab): Promise<number> {
  return tab.part("viewport").evaluate(async (viewport) => {
    for (let still = 0, last = -1; still < 5; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      still = viewport.scrollTop === last ? still + 1 : 0;
      last = viewport.scrollTop;
    }
    return Math.round(viewport.scrollTop);
  });
}
