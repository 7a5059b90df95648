import { defineConfig } from "vitest/config";

/** Everything reads `src` through this condition, so that no test needs a build. */
const sourceCondition = "@sessionstream/source";
const resolve = { conditions: [sourceCondition, "module", "browser", "development|production"] };
const ssr = { resolve: { conditions: [sourceCondition, "node", "development|production"] } };
const exclude = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "node",
          environment: "node",
          include: [
            "proto/**/*.test.ts",
            "packages/client/**/*.test.ts",
            "packages/server-node/**/*.test.ts",
            "packages/react/**/*.test.ts",
            "test/**/*.test.ts",
            "bench/**/*.test.ts",
            "examples/**/*.test.ts",
          ],
          exclude: [...exclude, "test/browser/**"],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "dom",
          environment: "jsdom",
          include: ["packages/react/**/*.test.tsx"],
          exclude,
          setupFiles: ["./test/setup/dom.ts"],
        },
      },
    ],
  },
});
