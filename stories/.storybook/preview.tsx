import type { Preview } from "@storybook/react-vite";
import { useLayoutEffect } from "react";
import { endScene, sceneMaker } from "../src/stage/scene.ts";
import { Stage } from "../src/stage/stage.tsx";
import "@sessionstream/react/styles.css";

export default {
  tags: ["autodocs"],
  argTypes: {
    theme: {
      description: "Without it the kit follows the reader's system; here it follows the toolbar.",
      control: "inline-radio",
      options: ["light", "dark", "auto"],
      table: { type: { summary: '"light" | "dark" | "auto"' } },
    },
  },
  initialGlobals: { theme: "light", direction: "ltr" },
  globalTypes: {
    theme: {
      description: "Theme",
      toolbar: {
        title: "Theme",
        icon: "mirror",
        dynamicTitle: true,
        items: [
          { value: "light", title: "Light" },
          { value: "dark", title: "Dark" },
        ],
      },
    },
    direction: {
      description: "Direction",
      toolbar: {
        title: "Direction",
        icon: "transfer",
        dynamicTitle: true,
        items: [
          { value: "ltr", title: "Left to right" },
          { value: "rtl", title: "Right to left" },
        ],
      },
    },
  },
  beforeEach: (context) => () => endScene(context),
  decorators: [
    (Story, context) => {
      const { globals, args } = context;
      const theme = globals.theme === "dark" ? "dark" : "light";
      const direction = globals.direction === "rtl" ? "rtl" : "ltr";
      // On the page's root element, so that what opens in a portal has them too.
      useLayoutEffect(() => {
        const root = document.documentElement;
        root.dir = direction;
        root.dataset.theme = theme;
      }, [direction, theme]);
      const makeScene = sceneMaker(context);
      const story = <Story args={{ ...args, theme: args.theme ?? theme }} />;
      return makeScene === undefined ? story : <Stage scene={makeScene}>{story}</Stage>;
    },
  ],
  parameters: {
    a11y: { test: "error" },
    controls: { expanded: true },
    docs: { toc: true },
    layout: "fullscreen",
    options: { storySort: { order: ["Start here", "Kit", "Widgets", "States", "Devtools", "Golden scripts"] } },
    viewport: {
      options: {
        phone: { name: "Phone, 360 px", styles: { width: "360px", height: "740px" }, type: "mobile" },
        tablet: { name: "Tablet, 820 px", styles: { width: "820px", height: "1180px" }, type: "tablet" },
      },
    },
  },
} satisfies Preview;
