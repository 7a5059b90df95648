/**
 * Owns one tab with the widget in it, in the words of a person who uses it. Every wait is for something to be seen, and
 * bounded by the test.
 */
import type { Locator, Page } from "playwright";
import { expect } from "vitest";
import { FrameRecorder } from "./frame-recorder.ts";
import { normaliseDom } from "./normalised-dom.ts";

export const part = (name: string, state?: string): string =>
  `[data-part="${name}"]${state === undefined ? "" : `[data-state="${state}"]`}`;

const PATIENCE = { timeout: 30_000, interval: 50 };

export class ChatTab {
  readonly frames: FrameRecorder;
  /** What reached the page's top: nothing ever should. */
  readonly errors: string[] = [];

  constructor(readonly page: Page) {
    this.frames = new FrameRecorder(page);
    page.on("pageerror", (error) => this.errors.push(error.stack ?? error.message));
  }

  part(name: string, state?: string): Locator {
    return this.page.locator(part(name, state));
  }

  async openPanel(): Promise<void> {
    await this.part("launcher", "closed").click();
    await this.part("dialog").waitFor();
  }

  /** Comes back as it was left: open. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.part("dialog").waitFor();
    await this.live();
  }

  /** Connected. */
  async live(): Promise<void> {
    await this.part("status-glyph", "open").waitFor();
  }

  async write(text: string): Promise<void> {
    const input = this.part("composer-input");
    await input.fill(text);
    await input.press("Enter");
  }

  /** Writes, and sees the own message. */
  async say(text: string): Promise<void> {
    const before = await this.messages("user").count();
    await this.write(text);
    await expect.poll(() => this.messages("user").count(), PATIENCE).toBe(before + 1);
  }

  messages(role: "user" | "assistant"): Locator {
    return this.page.locator(`${part("message")}[data-role="${role}"]`);
  }

  async userTexts(): Promise<readonly string[]> {
    return this.messages("user").locator(part("bubble")).allTextContents();
  }

  async answers(): Promise<readonly string[]> {
    return this.messages("assistant").locator(part("markdown")).allTextContents();
  }

  /** The transcript shows at least so much text. */
  async written(characters: number): Promise<void> {
    const written = async () => (await this.answers()).join("").length;
    await expect.poll(written, { ...PATIENCE, interval: 10 }).toBeGreaterThanOrEqual(characters);
  }

  /** A run works. */
  async running(): Promise<void> {
    await this.part("composer", "running").waitFor();
  }

  /** Everything that was said is answered: the last row is no question, and nothing is on its way. */
  async answered(): Promise<void> {
    await expect
      .poll(
        () =>
          this.page.evaluate(() => {
            const rows = [...document.querySelectorAll("[data-part=row]")].filter((row) => row.hasChildNodes());
            const last = rows.at(-1);
            if (last === undefined || last.querySelector("[data-role=user]") !== null) return "unanswered";
            if (document.querySelector("[data-part=message]:is([data-state=queued], [data-state=sending])"))
              return "sending";
            return document.querySelector("[data-part=composer]")?.getAttribute("data-state") ?? "gone";
          }),
        PATIENCE,
      )
      .toBe("idle");
  }

  /** Opens whatever of the widget is folded. */
  async unfold(): Promise<void> {
    const folded = this.page.locator("[data-sessionstream] [aria-expanded=false]");
    while ((await folded.count()) > 0) await folded.first().click();
  }

  /** The whole transcript as text that can be compared. */
  transcript(): Promise<string> {
    return this.part("viewport-content").evaluate(normaliseDom);
  }

  async shows(transcript: string): Promise<void> {
    await expect.poll(() => this.transcript(), PATIENCE).toBe(transcript);
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
