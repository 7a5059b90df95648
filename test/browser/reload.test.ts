import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import { DemoServer } from "./harness/demo-server.ts";

/** Every kind of row, then enough text to be cut in. */
const EVERYTHING = "think, use a tool, show a card, a table, a list, code, and be long";

describe("reloading", () => {
  it("AT-1 Q01 L4: a page that reloads again and again in an answer ends as one that never did", async ({ desk }) => {
    await using server = await DemoServer.start({ speed: 8 });
    const steady = await desk.open(server);
    const torn = await desk.open(server);
    await steady.say(EVERYTHING);
    for (const cut of [1, 60, 200, 700, 2_000]) {
      await torn.written(cut);
      expect(await torn.part("composer", "running").count()).toBe(1);
      await torn.reload();
      await torn.written(cut);
      expect(await torn.userTexts()).toEqual([EVERYTHING]);
    }
    await steady.answered();
    await torn.answered();
    await torn.shows(await steady.transcript());
  });

  it("AT-8 Q02 a restarted server and a reloaded page show what was there, and nobody wrote code for it", async ({
    desk,
    server,
  }) => {
    const tab = await desk.open();
    await tab.say("think, use a tool, show a card");
    await tab.answered();
    await tab.say("now a table, please");
    await tab.answered();
    const before = await tab.transcript();

    await tab.reload();
    await tab.shows(before);

    await server.stop();
    await server.start();
    await tab.reload();
    await tab.shows(before);
    const elsewhere = await desk.open();
    await elsewhere.shows(before);

    await tab.say("what did I say before?");
    await tab.answered();
    expect((await tab.answers()).at(-1)).toContain("now a table, please");
    await elsewhere.shows(await tab.transcript());
  });

  it("V19 a chat that was open is open again after a reload in its tab, one that was closed is not", async ({
    desk,
  }) => {
    const device = await desk.device();
    const tab = await desk.openOn(device);
    await tab.say("be long");
    await tab.written(20);
    await tab.reload();
    await tab.running();
    const another = await desk.visit(device, desk.url);
    await another.part("launcher", "closed").waitFor();

    await tab.page.getByRole("button", { name: "Close chat" }).click();
    await tab.page.reload();
    await tab.part("launcher", "closed").waitFor();
    expect(await tab.part("dialog").count()).toBe(0);
  });
});
