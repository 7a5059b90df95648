import type { BrowserContext } from "playwright";
import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import type { ChatTab } from "./harness/chat-tab.ts";
import { countEvents } from "./harness/event-log.ts";

const press = (tab: ChatTab, name: string) => tab.page.getByRole("button", { name, exact: true }).click();

async function refuse(tab: ChatTab, reason: string): Promise<void> {
  await press(tab, "Deny");
  await tab.page.getByRole("textbox", { name: "Why not?" }).fill(reason);
  await press(tab, "Deny");
}

async function asked(tab: ChatTab): Promise<void> {
  await tab.part("approval", "pending").waitFor();
}

describe("a call that a person has to allow", () => {
  it("AT-17 C39 waits over a reload, is allowed on another device, and runs once", async ({ desk, server }) => {
    const tab = await desk.open();
    await tab.say("delete the file");
    await asked(tab);
    await tab.reload();
    await asked(tab);
    expect(await tab.part("card", "pending").textContent()).toContain("reports/2025-draft.md");

    const phone = await desk.open({ viewport: { width: 390, height: 740 } });
    await asked(phone);
    await press(phone, "Approve");
    await Promise.all([tab.part("approval", "approved").waitFor(), phone.part("approval", "approved").waitFor()]);
    await Promise.all([tab.answered(), phone.answered()]);
    expect((await tab.answers()).at(-1)).toContain("it was done once");
    await phone.shows(await tab.transcript());
    expect(await countEvents(server.database, desk.session, "ChatToolExecutionStarted")).toBe(1);
  });

  it("AT-17 waits for a killed server to be back, and the answer heeds a refusal", async ({ desk, server }) => {
    const tab = await desk.open();
    await tab.say("delete the file");
    await asked(tab);
    await server.kill();
    await tab.part("approval-actions").locator('[aria-disabled="true"]').first().waitFor();
    await server.start();
    await tab.live();
    await refuse(tab, "Mara still needs it.");
    await tab.part("approval", "denied").waitFor();
    await tab.answered();
    expect((await tab.answers()).at(-1)).toContain("You said no");
    expect(await tab.part("card", "denied").textContent()).toContain("Mara still needs it.");
    expect(await countEvents(server.database, desk.session, "ChatToolExecutionStarted")).toBe(0);
    const elsewhere = await desk.open();
    await elsewhere.unfold();
    expect(await elsewhere.part("approval").textContent()).toBe(await tab.part("approval").textContent());
  });

  it("F-R6 AT-17 two devices that answer at once show one decision, and one of them is told", async ({
    desk,
    server,
  }) => {
    const gate = meeting(2);
    const prepare = (context: BrowserContext) =>
      context.route(/\/approvals$/, async (route) => {
        await gate();
        await route.continue();
      });
    const [left, right] = [await desk.open({ prepare }), await desk.open({ prepare })];
    await left.say("delete the file");
    await Promise.all([asked(left), asked(right)]);
    await Promise.all([press(left, "Approve"), refuse(right, "No.")]);
    await Promise.all([left.answered(), right.answered()]);
    const decision = (tab: ChatTab) => tab.part("approval").getAttribute("data-state");
    expect(await decision(left)).toMatch(/approved|denied/);
    expect(await decision(right)).toBe(await decision(left));
    const told = (tab: ChatTab) => tab.page.getByText("Somebody else was faster with another answer.").count();
    await expect.poll(async () => (await told(left)) + (await told(right))).toBe(1);
    expect(await countEvents(server.database, desk.session, "ChatApprovalSettled")).toBe(1);
  });
});

/** Everybody waits there until that many have come. */
function meeting(size: number): () => Promise<void> {
  let open = (): void => undefined;
  const complete = new Promise<void>((resolve) => {
    open = resolve;
  });
  let come = 0;
  return () => {
    come += 1;
    if (come === size) open();
    return complete;
  };
}
