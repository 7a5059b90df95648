import { assistantMessage, fakeHub, userMessage } from "@sessionstream/client/testing";
import { sessionId } from "@sessionstream/protocol";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { ChatPanel } from "../kit/chat-panel.tsx";
import { renderWithThread } from "../testing/render-with-thread.tsx";
import { longThread } from "../testing/story-data.ts";
import { ROW_WINDOW_STEP } from "./use-row-window.ts";

/** jsdom has no layout: the page says how tall it is. */
function giveLayout(viewport: HTMLElement, geometry: { height: number; viewport: number }): void {
  Object.defineProperty(viewport, "scrollHeight", { configurable: true, get: () => geometry.height });
  Object.defineProperty(viewport, "clientHeight", { configurable: true, get: () => geometry.viewport });
}

async function transcript() {
  const thread = renderWithThread(<ChatPanel />);
  act(
    () =>
      void thread.session.commit([userMessage({ id: "u", text: "hi" }), assistantMessage({ id: "a", text: "hello" })]),
  );
  await screen.findByText("hello");
  const viewport = screen.getByRole("log", { name: "Conversation" });
  giveLayout(viewport, { height: 1000, viewport: 300 });
  const scrollTo = (top: number) => {
    viewport.scrollTop = top;
    fireEvent.scroll(viewport);
  };
  scrollTo(700);
  return { ...thread, viewport, scrollTo };
}

it("V16 V17 jump to latest shows only while detached, works by keyboard and hands the focus on", async () => {
  const { viewport, scrollTo } = await transcript();
  expect(screen.queryByRole("button", { name: "Jump to latest" })).toBeNull();
  scrollTo(300);
  const jump = await screen.findByRole("button", { name: "Jump to latest" });
  jump.focus();
  await userEvent.keyboard("{Enter}");
  expect(viewport.scrollTop).toBe(1000);
  expect(screen.queryByRole("button", { name: "Jump to latest" })).toBeNull();
  expect(viewport).toHaveFocus();
});

it.each([
  ["the wheel", (viewport: HTMLElement) => fireEvent.wheel(viewport, { deltaY: -1 })],
  ["a key", (viewport: HTMLElement) => fireEvent.keyDown(viewport, { key: "PageUp" })],
  [
    "a finger",
    (viewport: HTMLElement) => {
      fireEvent.touchStart(viewport, { touches: [{ clientY: 100 }] });
      fireEvent.touchMove(viewport, { touches: [{ clientY: 140 }] });
    },
  ],
])("V16 %s that goes up detaches", async (_name, goUp) => {
  const { viewport } = await transcript();
  goUp(viewport);
  await screen.findByRole("button", { name: "Jump to latest" });
});

it("V27 a long thread puts its newest rows into the page and more on demand", async () => {
  const { session } = renderWithThread(<ChatPanel />);
  const turns = 200;
  act(() => {
    for (const commit of longThread(turns)) session.commit(commit);
  });
  await screen.findByText(/Question 200:/);
  const rows = () => document.querySelectorAll("[data-part=row]");
  expect(rows()).toHaveLength(ROW_WINDOW_STEP);
  fireEvent.click(screen.getByText("Load earlier messages"));
  await waitFor(() => expect(rows()).toHaveLength(2 * ROW_WINDOW_STEP));

  const oldest = rows()[0];
  act(() => void session.commit([userMessage({ id: "new", text: "and now?" })]));
  await screen.findByText("and now?");
  expect(rows()[0]).toBe(oldest);
}, 30_000);

it("V22 the transcript is a log that does not speak by itself", async () => {
  const { viewport } = await transcript();
  expect(viewport).toHaveAttribute("aria-live", "off");
  expect(viewport).toHaveAttribute("tabindex", "0");
});

it("V16 rows that arrive above leave the reader where they are", async () => {
  const hub = fakeHub({ window: 4 });
  const session = hub.session(sessionId("test-session"));
  for (const commit of longThread(5)) session.commit(commit);
  renderWithThread(<ChatPanel />, { hub });
  await screen.findByText(/Question 5:/);
  const viewport = screen.getByRole("log");
  giveLayout(viewport, { height: 1000, viewport: 300 });
  // jsdom has no layout: every row is 50 px high.
  const offset = vi.spyOn(HTMLElement.prototype, "offsetTop", "get").mockImplementation(function (this: HTMLElement) {
    return 50 * [...document.querySelectorAll("[data-part=row]")].indexOf(this);
  });
  for (const top of [700, 0]) {
    viewport.scrollTop = top;
    fireEvent.scroll(viewport);
  }
  fireEvent.click(screen.getByText("Load earlier messages"));
  await screen.findByText(/Question 1:/);
  expect(viewport.scrollTop).toBe(6 * 50);
  offset.mockRestore();
});
