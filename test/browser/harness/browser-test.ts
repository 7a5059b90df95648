/**
 * Owns `it` of the browser tests: one server for all of them, and per test a session of its own, the tabs that look at it, and
 * what must hold in every one of them at the end, whatever the test was about.
 */
import { randomUUID } from "node:crypto";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from "playwright";
import { test as base, expect, inject } from "vitest";
import { ChatTab } from "./chat-tab.ts";
import { DemoServer } from "./demo-server.ts";

interface DeviceOptions extends BrowserContextOptions {
  /** Default: the test's own server. */
  readonly url?: string;
  /** Between the context and its first page: routes, scripts. */
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
}

class Desk {
  readonly session: string = randomUUID();
  readonly #tabs: ChatTab[] = [];
  readonly #contexts: BrowserContext[] = [];

  constructor(
    readonly browser: Browser,
    readonly url: string,
  ) {}

  /** A browser of its own that looks at the test's session. */
  async device({ url = this.url, prepare, ...options }: DeviceOptions = {}): Promise<BrowserContext> {
    const localStorage = [{ name: "sessionstream.session", value: this.session }];
    const storageState = { cookies: [], origins: [{ origin: url, localStorage }] };
    const context = await this.browser.newContext({ ...options, storageState });
    this.#contexts.push(context);
    await prepare?.(context);
    return context;
  }

  /** The widget, open, on a device of its own. */
  async open(options: DeviceOptions = {}): Promise<ChatTab> {
    return this.openOn(await this.device(options), options.url);
  }

  /** The widget, open, in another tab of a device. */
  async openOn(context: BrowserContext, url = this.url): Promise<ChatTab> {
    const tab = await this.visit(context, url);
    await tab.openPanel();
    return tab;
  }

  /** A page of a device, as it comes. */
  async visit(context: BrowserContext, url: string): Promise<ChatTab> {
    const tab = new ChatTab(await context.newPage());
    this.#tabs.push(tab);
    await tab.page.goto(url);
    return tab;
  }

  async close(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
    for (const tab of this.#tabs) {
      expect(tab.errors, "errors of the page").toEqual([]);
      expect(tab.frames.violations(), "Q05 order of ordinals").toEqual([]);
    }
  }
}

interface BrowserFixtures {
  readonly browser: Browser;
  readonly server: DemoServer;
  readonly desk: Desk;
}

/** Fast enough for a test, slow enough to be cut in the middle of an answer. */
const SPEED = 20;

export const it = base.extend<BrowserFixtures>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads from it that nothing is needed.
    async ({}, use) => {
      const browser = await chromium.connect(inject("chromiumEndpoint"));
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: see above.
    async ({}, use) => {
      await using server = await DemoServer.start({ speed: SPEED });
      await use(server);
    },
    { scope: "worker" },
  ],
  desk: async ({ browser, server }, use) => {
    const desk = new Desk(browser, server.url);
    await use(desk);
    await desk.close();
  },
});
