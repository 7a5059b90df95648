import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import { countEvents, eventNames } from "./harness/event-log.ts";

describe("leaving", () => {
  it("AT-4 L7: everybody leaves after the first words, and the whole answer is there later, from one run", async ({
    desk,
    server,
  }) => {
    const [first, second] = [await desk.open(), await desk.open()];
    await first.say("be long");
    await first.written(10);
    await Promise.all([first.page.context().close(), second.page.context().close()]);

    const names = () => eventNames(server.database, desk.session);
    await expect.poll(names, { timeout: 30_000, interval: 100 }).toContain("ChatRunFinished");
    const later = await desk.open();
    await later.answered();
    expect((await later.answers()).join("")).toContain("8. Of people");
    expect(await countEvents(server.database, desk.session, "ChatRunStarted")).toBe(1);
    expect(await later.messages("assistant").count()).toBe(1);
  });

  it("AT-3 C12 a stop from the other tab is seen by both, and a reload shows the same", async ({ desk, server }) => {
    const mine = await desk.open();
    const other = await desk.openOn(mine.page.context());
    await mine.say("be long");
    await other.written(300);
    await other.part("stop-button").click();
    await Promise.all([mine.answered(), other.answered()]);

    await mine.part("run-status", "stopped").waitFor();
    const stopped = await mine.transcript();
    await other.shows(stopped);
    expect((await mine.answers()).join("")).not.toContain("8. Of people");
    await mine.reload();
    await mine.shows(stopped);
    expect(await countEvents(server.database, desk.session, "ChatRunStopped")).toBe(1);
  });

  it("L7: closing the tab that asked does not stop the answer", async ({ desk }) => {
    const asking = await desk.open();
    const watching = await desk.open();
    await asking.say("be long");
    await watching.written(100);
    await asking.close();
    await watching.answered();
    expect((await watching.answers()).join("")).toContain("8. Of people");
    expect(await watching.part("run-status").count()).toBe(0);
  });
});
