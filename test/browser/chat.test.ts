import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import type { ChatTab } from "./harness/chat-tab.ts";

describe("a chat in the widget", () => {
  it("C41 V09 V10 shows reasoning, text, a tool with its result, and the app's own card", async ({ desk }) => {
    const tab = await desk.open();
    await tab.part("empty-state").waitFor();
    await tab.say("think, look up the orders with a tool, show the card");
    await tab.answered();

    expect(await tab.userTexts()).toEqual(["think, look up the orders with a tool, show the card"]);
    expect(await tab.answers()).toEqual([
      "Let me look that up.",
      "There are three open orders; the oldest one, 1042, leaves the warehouse tomorrow.",
      "Here is the card. It is an entity of its own, drawn by a renderer of the app.",
    ]);

    const reasoning = tab.part("reasoning", "finished");
    await reasoning.getByRole("button").click();
    expect(await reasoning.textContent()).toContain("First I find out what is known");

    const tool = tab.part("card", "completed");
    await tool.getByRole("button", { name: "look_up_orders" }).click();
    expect(await tool.textContent()).toContain('"status": "open"');
    await tool.getByText("orders: [3]").click();
    expect(await tab.part("card").count()).toBe(1);

    const card = tab.page.getByRole("article", { name: "Order 4818" });
    expect(await card.textContent()).toContain("Cedar bench, 160 cm");
    await expectOrder(tab, ["reasoning", "message", "card", "message", "order-card", "message"]);
  });

  it("V08 renders tables, lists and code of an answer that streams", async ({ desk }) => {
    const tab = await desk.open();
    await tab.say("markdown, all of it");
    await tab.answered();
    const answer = tab.messages("assistant");
    expect(await answer.getByRole("row").allTextContents()).toEqual([
      "ordercustomertotal",
      "1042Ada59.90",
      "1057Grace12.00",
      "1061Edsger230.50",
    ]);
    expect(await answer.getByRole("listitem").count()).toBe(3);
    expect(await tab.part("code").textContent()).toContain("export function total(orders: readonly Order[]): number {");
  });

  it("C10 V07 shows a failed run with its reason, and tries it again", async ({ desk }) => {
    const tab = await desk.open();
    await tab.say("fail");
    await tab.answered();
    const failure = tab.part("card", "failed");
    expect(await failure.textContent()).toContain("The demo engine failed, as the prompt asked it to.");
    await failure.getByRole("button", { name: "Try again" }).click();
    await expect.poll(() => failure.count()).toBe(2);
    expect(await tab.userTexts()).toEqual(["fail"]);
  });
});

/** What the rows after the question are, top to bottom. */
async function expectOrder(tab: ChatTab, kinds: readonly string[]) {
  const shown = await tab
    .part("row")
    .evaluateAll((rows) =>
      rows.flatMap(({ firstElementChild }) =>
        firstElementChild === null ? [] : [firstElementChild.getAttribute("data-part") ?? firstElementChild.className],
      ),
    );
  expect(shown.slice(1)).toEqual(kinds);
}
