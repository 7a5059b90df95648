import axe from "axe-core";
import { describe, expect } from "vitest";
import { it } from "./harness/browser-test.ts";
import type { ChatTab } from "./harness/chat-tab.ts";

describe("people who do not point", () => {
  it("V19 V22 open, ask, read and close with keys alone, and the focus comes back", async ({ desk }) => {
    const tab = await desk.visit(await desk.device(), desk.url);
    const { keyboard } = tab.page;
    await tabTo(tab, "launcher");
    await keyboard.press("Enter");
    await expect.poll(() => focused(tab)).toBe("composer-input");

    await keyboard.type("use a tool, show some code");
    await keyboard.press("Enter");
    await tab.answered();
    expect(await focused(tab)).toBe("composer-input");

    await tabTo(tab, "viewport", "Shift+Tab");
    await tabTo(tab, "card-header");
    await keyboard.press("Enter");
    await tab.page.getByText('"status": "open"').waitFor();
    expect(await focused(tab)).toBe("card-header");
    await tabTo(tab, "copy-button");
    await tabTo(tab, "composer-input");

    await keyboard.press("Escape");
    await tab.part("dialog").waitFor({ state: "detached" });
    expect(await focused(tab)).toBe("launcher");
    await keyboard.press("Space");
    await expect.poll(() => focused(tab)).toBe("composer-input");
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`V22 the open widget has no accessibility fault in ${colorScheme}`, async ({ desk }) => {
      const tab = await desk.open({ colorScheme, reducedMotion: "reduce" });
      await tab.say("think, use a tool, show a card, all of markdown, and warn");
      await tab.answered();
      await tab.unfold();
      await tab.say("fail");
      await tab.answered();
      expect(await faults(tab)).toEqual([]);
    });
  }
});

/** The part that has the focus. */
function focused(tab: ChatTab): Promise<string | undefined> {
  return tab.page.evaluate(
    () => document.activeElement?.getAttribute("data-part") ?? document.activeElement?.localName,
  );
}

/** Presses Tab until that part has the focus; a walk that does not come by it ends. */
async function tabTo(tab: ChatTab, name: string, key = "Tab"): Promise<void> {
  const passed: (string | undefined)[] = [];
  while (passed.length < 40) {
    await tab.page.keyboard.press(key);
    const part = await focused(tab);
    if (part === name) return;
    passed.push(part);
  }
  throw new Error(`${key} does not come by ${name}: ${passed.join(", ")}`);
}

async function faults(tab: ChatTab): Promise<readonly string[]> {
  await tab.page.evaluate(axe.source);
  return tab.page.evaluate(async () => {
    // CAST: what the script above has put there.
    const { violations } = await (window as unknown as { readonly axe: typeof axe }).axe.run("[data-sessionstream]");
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}
