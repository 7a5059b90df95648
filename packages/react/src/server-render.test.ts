import { createLocalBackend } from "@sessionstream/client";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, it } from "vitest";
import { ChatThreadProvider } from "./index.ts";
import { ChatPanel, ChatWidget } from "./widgets.ts";

it("V29 importing and rendering needs no DOM, opens nothing and shows the loading state", () => {
  expect(typeof document).toBe("undefined");
  let opened = 0;
  const local = createLocalBackend();
  const backend = {
    ...local,
    open: (...parameters: Parameters<typeof local.open>) => {
      opened += 1;
      return local.open(...parameters);
    },
  };
  const panel = createElement(ChatPanel, { title: "Support" });
  const html = renderToString(createElement(ChatThreadProvider, { backend, sessionId: "s" }, panel));
  expect(html).toContain('data-part="skeleton"');
  expect(html).not.toMatch(/\sstyle=/);
  expect(renderToString(createElement(ChatWidget, { url: "/api/chat", sessionId: "s" }))).toContain(
    'data-part="launcher"',
  );
  expect(opened).toBe(0);
});
