import type { StorybookConfig } from "@storybook/react-vite";
import { mergeConfig } from "vite";

export default {
  framework: "@storybook/react-vite",
  stories: ["../src/**/*.mdx", "../src/**/*.stories.tsx"],
  addons: ["@storybook/addon-docs", "@storybook/addon-vitest", "@storybook/addon-a11y"],
  core: { disableTelemetry: true },
  viteFinal: (config) =>
    mergeConfig(config, {
      // Stories read the packages' src, so that nothing needs a build.
      resolve: { conditions: ["@sessionstream/source", "module", "browser", "development|production"] },
      // A dependency that Vite finds late reloads the page in the middle of a test, and only with a cold cache: list them all.
      optimizeDeps: {
        include: [
          "@tanstack/react-query",
          "@testing-library/react",
          "hast-util-to-jsx-runtime",
          "immer",
          "mdast-util-from-markdown",
          "mdast-util-gfm",
          "mdast-util-to-hast",
          "micromark-extension-gfm",
          "react",
          "react-dom",
          "react-dom/client",
          "react/jsx-dev-runtime",
          "react/jsx-runtime",
          "storybook/test",
        ],
      },
    }),
} satisfies StorybookConfig;
