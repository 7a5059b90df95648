/** Owns what all browser tests of a run share: what was built, and one Chromium. */
import { chromium } from "playwright";
import type { TestProject } from "vitest/node";
import { chromiumArgs, findChromium } from "../../../scripts/chromium.ts";
import { buildAll } from "./build.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly chromiumEndpoint: string;
    readonly builtFolder: string;
    readonly builtServer: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("There is no Chromium; then this project is not configured at all");
  const built = await buildAll();
  const browser = await chromium.launchServer({
    executablePath,
    args: chromiumArgs,
    // As the browsers of people: pages that are left are kept for a return.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  project.provide("chromiumEndpoint", browser.wsEndpoint());
  project.provide("builtFolder", built.folder);
  project.provide("builtServer", built.server);
  return async () => {
    await browser.close();
    built.remove();
  };
}
