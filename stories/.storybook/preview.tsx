import type { Preview } from "@storybook/react-vite";
import { useLayoutEffect } from "react";

export default {
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
  decorators: [
    (Story, { globals }) => {
      const theme = globals.theme === "dark" ? "dark" : "light";
      const direction = globals.direction === "rtl" ? "rtl" : "ltr";
      // On the page's root element, so that what opens in a portal has them too.
      useLayoutEffect(() => {
        const root = document.documentElement;
        root.dir = direction;
        root.dataset.theme = theme;
        root.style.colorScheme = theme;
      }, [direction, theme]);
      return <Story />;
    },
  ],
  parameters: {
    a11y: { test: "error" },
    controls: { expanded: true },
    layout: "fullscreen",
  },
} satisfies Preview;
