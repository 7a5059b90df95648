import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import { countEvents } from "./harness/event-log.ts";

describe("a server that is killed in the middle of an answer", () => {
  it("AT-5 C14 shows the answer as interrupted, keeps its words, and answers the next message", async ({
    desk,
    server,
  }) => {
    const tab = await desk.open();
    await tab.say("be long");
    await tab.written(500);
    await server.kill();
    const seen = (await tab.answers()).join("");
    await server.start();

    await tab.part("card", "interrupted").waitFor();
    await tab.answered();
    const kept = (await tab.answers()).join("");
    expect(kept.length).toBeGreaterThan(0);
    expect(seen.startsWith(kept) || kept.startsWith(seen)).toBe(true);

    await tab.say("show the code");
    await tab.answered();
    expect((await tab.answers()).at(-1)).toContain("export function total");
    const elsewhere = await desk.open();
    await elsewhere.shows(await tab.transcript());
    expect(await countEvents(server.database, desk.session, "ChatRunInterrupted")).toBe(1);
  });

  it("AT-5 V07 tries the interrupted answer again when asked", async ({ desk, server }) => {
    const tab = await desk.open();
    await tab.say("be long");
    await tab.written(300);
    await server.kill();
    await server.start();
    const interrupted = tab.part("card", "interrupted");
    await interrupted.getByRole("button", { name: "Try again" }).click();
    await expect.poll(async () => (await tab.answers()).at(-1), { timeout: 30_000 }).toContain("8. Of people");
    await tab.answered();
    expect(await tab.userTexts()).toEqual(["be long"]);
    expect(await interrupted.getByRole("button").count()).toBe(0);
    const elsewhere = await desk.open();
    await elsewhere.shows(await tab.transcript());
  });
});
