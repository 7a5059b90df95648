import { describe, expect } from "vitest";
import { serveChatHere } from "./fixtures/serve-chat-here.ts";
import { it } from "./harness/browser-test.ts";
import type { ChatTab } from "./harness/chat-tab.ts";

const STRICT = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
].join("; ");

/** What resets and style guides say about bare elements, in colours nobody could overlook. */
const HOSTILE = `
  * { letter-spacing: 3px; border-radius: 0; }
  h1, h2, h3, h4, p, ul, ol, li, pre, blockquote, article, section, header, footer, form, div, span {
    margin: 11px; padding: 13px; color: red; font: italic 30px serif; text-transform: uppercase;
  }
  button, textarea, a, code { border: 5px solid red; background: yellow; color: red; padding: 17px; }
  svg { width: 50px; height: 50px; fill: red; }
  table, th, td, tbody tr td { border: 4px dotted red; padding: 19px; text-align: center; }
  main article div p, div div div div p { font-size: 40px; }
`;

describe("the page around the widget", () => {
  it("V19 on a phone the demo's page fits the screen, with the chat and without", async ({ desk }) => {
    const phone = await desk.device({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    const tab = await desk.visit(phone, desk.url);
    const widths = () => tab.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    await tab.part("launcher", "closed").waitFor();
    expect(await widths()).toEqual([390, 390]);
    await tab.openPanel();
    expect(await widths()).toEqual([390, 390]);
  });

  it("X25 its strict content security policy is kept, whatever the widget shows", async ({ desk }) => {
    await using server = await serveChatHere({ headers: { "content-security-policy": STRICT } });
    const context = await desk.device({
      url: server.url,
      prepare: (device) => device.addInitScript(collectViolations),
    });
    const tab = await desk.openOn(context, server.url);
    await tab.say("think, use a tool, show a card, all of markdown, and be long");
    await tab.answered();
    await tab.unfold();
    await tab.say("fail");
    await tab.answered();

    const violations = () => tab.page.evaluate(() => Reflect.get(window, "violations"));
    expect(await violations()).toEqual([]);
    // The policy was there all the time, and so were the styles.
    await tab.page.evaluate(() =>
      document.head.append(Object.assign(document.createElement("style"), { textContent: "a {}" })),
    );
    await expect.poll(violations).toEqual([expect.stringContaining("style-src-elem: inline")]);
    const painted = await tab
      .part("bubble")
      .first()
      .evaluate((bubble) => getComputedStyle(bubble).borderTopLeftRadius);
    expect(painted).not.toBe("0px");
  });

  it("V20 what its styles say about bare elements does not reach the kit; what they say about a part does", async ({
    desk,
  }) => {
    const tab = await desk.open();
    await tab.say("think, use a tool, show a card, all of markdown, and fail");
    await tab.answered();
    await tab.unfold();
    await tab.page.mouse.move(0, 0);
    const before = await looks(tab);
    await tab.page.addStyleTag({ content: HOSTILE });
    const after = await looks(tab);
    expect(after.filter((look, index) => look !== before[index])).toEqual([]);
    expect(after.length).toBe(before.length);

    await tab.page.addStyleTag({ content: '[data-part="bubble"] { color: rgb(1, 2, 3); }' });
    const bubble = tab.part("bubble").first();
    expect(await bubble.evaluate((element) => getComputedStyle(element).color)).toBe("rgb(1, 2, 3)");
  });
});

/** Runs in the page before anything else. */
function collectViolations(): void {
  const violations: string[] = [];
  Object.assign(window, { violations });
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
    violations.push(`${effectiveDirective}: ${blockedURI} at ${sourceFile}:${lineNumber}`);
  });
}

/** How everything of the kit is painted, one property a line; the app's own card is the app's. */
function looks(tab: ChatTab): Promise<readonly string[]> {
  return tab.page.evaluate(async () => {
    await Promise.all(document.getAnimations().map(({ finished }) => finished));
    // Sizes and places follow from everything else, the app's card in the same column included.
    const derived =
      /^(width|height|(min-|max-)?(block|inline)-size|inset|top|bottom|left|right|(perspective|transform)-origin)/;
    const elements = document.querySelectorAll(
      "[data-sessionstream], [data-sessionstream] *:not(.order-card, .order-card *)",
    );
    return [...elements].flatMap((element, index) => {
      const style = getComputedStyle(element);
      const name = `${index} ${element.getAttribute("data-part") ?? element.localName}`;
      return [...style]
        .filter((property) => !derived.test(property))
        .map((property) => `${name} ${property}: ${style.getPropertyValue(property)}`);
    });
  });
}
