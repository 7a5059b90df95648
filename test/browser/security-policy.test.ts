import { describe, expect } from "vitest";
import { serveChatHere } from "./fixtures/serve-chat-here.ts";
import { it } from "./harness/browser-test.ts";

const STRICT = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
].join("; ");

describe("a page with a strict content security policy", () => {
  it("X25 shows everything the widget has without one violation", async ({ desk }) => {
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
});

/** Runs in the page before anything else. */
function collectViolations(): void {
  const violations: string[] = [];
  Object.assign(window, { violations });
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
    violations.push(`${effectiveDirective}: ${blockedURI} at ${sourceFile}:${lineNumber}`);
  });
}
