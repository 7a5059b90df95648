import { act, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { ChatPanel } from "../kit/chat-panel.tsx";
import { Root } from "../kit/root.tsx";
import { Composer, ComposerInput, SendButton } from "../parts/composer.tsx";
import { Transcript, TranscriptViewport } from "../parts/transcript.tsx";
import { renderWithThread } from "../testing/render-with-thread.tsx";
import { FAILED_TURN, FINISHED_TURN } from "../testing/story-data.ts";
import { PART_NAMES } from "./part-names.ts";

it("V20 the names of parts are a contract: they are added, never renamed or removed", () => {
  expect(PART_NAMES).toMatchSnapshot();
});

it("V20 a caller adds classes and attributes to a part, but cannot rename it or fake its state", () => {
  const forged = { "data-part": "forged", "data-state": "forged", className: "mine", title: "kept" };
  const { container } = renderWithThread(
    <Root {...forged}>
      <Transcript {...forged}>
        <TranscriptViewport {...forged} />
      </Transcript>
      <Composer {...forged}>
        <ComposerInput {...forged} />
        <SendButton {...forged} />
      </Composer>
    </Root>,
  );
  const parts = ["root", "transcript", "viewport", "composer", "composer-input", "send-button"];
  for (const name of parts) {
    const element = container.querySelector(`[data-part=${name}]`);
    expect(element, name).toHaveClass("mine");
    expect(element, name).toHaveAttribute("title", "kept");
  }
  expect(container.querySelector("[data-part=forged], [data-state=forged]")).toBeNull();
});

it("V20 everything the kit shows is one of these parts, and classes reach it by slot", async () => {
  const { container, session } = renderWithThread(
    <ChatPanel classNames={{ bubble: "my-bubble", header: "my-header" }} />,
  );
  act(() => {
    for (const commit of [...FINISHED_TURN, ...FAILED_TURN]) session.commit(commit);
  });
  await screen.findByText(/could not be completed/);
  const names = new Set(
    [...container.querySelectorAll("[data-part]")].map((element) => element.getAttribute("data-part")),
  );
  expect([...names].filter((name) => !PART_NAMES.some((known) => known === name))).toEqual([]);
  expect(container.querySelectorAll(".my-bubble")).toHaveLength(2);
  expect(container.querySelector("[data-part=header]")).toHaveClass("my-header");
  // A policy that forbids inline styles must not break the kit; only the growing input is sized, by script.
  expect([...container.querySelectorAll("[style]")].map((element) => element.getAttribute("data-part"))).toEqual([
    "composer-input",
  ]);
});

it("V21 a theme is an attribute of the root, and none follows the system", () => {
  const { container, rerender } = render(<Root theme="dark" />);
  expect(container.firstElementChild).toHaveAttribute("data-theme", "dark");
  rerender(<Root />);
  expect(container.firstElementChild).not.toHaveAttribute("data-theme");
});
