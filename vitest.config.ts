import { storybookTest } from "@storybook/addon-vitest/vitest-plugin";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { chromiumArgs, findChromium } from "./scripts/chromium.ts";

/** Everything reads `src` through this condition, so that no test needs a build. */
const sourceCondition = "@sessionstream/source";
const resolve = { conditions: [sourceCondition, "module", "browser", "development|production"] };
const ssr = { resolve: { conditions: [sourceCondition, "node", "development|production"] } };
const exclude = ["**/node_modules/**", "**/dist/**"];

const node: TestProjectConfiguration = {
  resolve,
  ssr,
  test: {
    name: "node",
    environment: "node",
    include: ["{proto,packages/*,test,bench,examples/*}/**/*.test.ts"],
    exclude: [...exclude, "test/browser/**", "**/*.services.test.ts"],
    // Not a promise of speed: a bound for what hangs, wide enough for property tests on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

const dom: TestProjectConfiguration = {
  resolve,
  ssr,
  test: {
    name: "dom",
    environment: "jsdom",
    include: ["packages/react/**/*.test.tsx", "test/render-security/**/*.test.tsx"],
    exclude,
    setupFiles: ["./test/setup/dom.ts"],
    testTimeout: 60_000,
  },
};

/** What needs a real PostgreSQL or Redis. */
const services: TestProjectConfiguration = {
  resolve,
  ssr,
  test: {
    name: "services",
    environment: "node",
    include: ["{packages/*,test,bench,examples/*}/**/*.services.test.ts"],
    exclude,
    globalSetup: ["./test/services/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

/** A Node project: its tests start a real server and drive Chromium against it. */
const browser: TestProjectConfiguration = {
  resolve,
  ssr,
  test: {
    name: "browser",
    environment: "node",
    include: ["test/browser/**/*.test.ts"],
    exclude,
    globalSetup: ["./test/browser/harness/global-setup.ts"],
    fileParallelism: false,
    // One server and one connection to Chromium for all files.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

/** Every story is a test, with its play function and its accessibility check; as seen by a reader who wants no motion. */
const stories = (executablePath: string): TestProjectConfiguration => ({
  plugins: [storybookTest({ configDir: "stories/.storybook" })],
  test: {
    name: "stories",
    // Pages without stories have nothing to test.
    exclude: [...exclude, "**/*.mdx"],
    // One page for all files, as in Storybook itself, instead of setting up one for each.
    isolate: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: "chromium" }],
      provider: playwright({
        launchOptions: { executablePath, args: [...chromiumArgs, "--force-prefers-reduced-motion"] },
      }),
    },
  },
});

function browserProjects(): TestProjectConfiguration[] {
  const chromium = findChromium();
  if (chromium !== null) return [browser, stories(chromium)];
  const reason = "no chromium on PATH (apt-get install chromium, or set CHROMIUM_PATH)";
  if (process.env.REQUIRE_BROWSER === "1") throw new Error(`REQUIRE_BROWSER=1, but ${reason}`);
  console.warn(`SKIPPED browser tests: ${reason}`);
  return [];
}

export default defineConfig({
  test: {
    projects: [node, dom, services, ...browserProjects()],
  },
});
