import { assistantMessage, fakeHub, finishText, run, userMessage } from "@sessionstream/client/testing";
import { sessionId } from "@sessionstream/protocol";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { renderToString } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { ChatWidget } from "./chat-widget.tsx";

function widget() {
  const hub = fakeHub();
  render(<ChatWidget backend={hub.backend} sessionId="s" title="Support" />);
  return { session: hub.session(sessionId("s")), launcher: screen.getByRole("button", { name: /chat/i }) };
}

it("V19 the button opens a named dialog with the focus in its input, Escape closes it and gives the focus back", async () => {
  const { launcher } = widget();
  expect(launcher).toHaveAttribute("aria-expanded", "false");
  await userEvent.click(launcher);
  const dialog = screen.getByRole("dialog", { name: "Support" });
  expect(launcher).toHaveAttribute("aria-expanded", "true");
  expect(launcher).toHaveAttribute("aria-controls", dialog.id);
  expect(screen.getByRole("textbox")).toHaveFocus();

  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(launcher).toHaveFocus();
});

it("V19 what was typed survives closing and opening", async () => {
  const { launcher } = widget();
  await userEvent.click(launcher);
  await userEvent.type(screen.getByRole("textbox"), "half a thought");
  await userEvent.click(launcher);
  await userEvent.click(launcher);
  expect(screen.getByRole("textbox")).toHaveValue("half a thought");
});

it("V19 news while closed show on the button until it is opened; history does not", async () => {
  const hub = fakeHub();
  const session = hub.session(sessionId("s"));
  session.commit([userMessage({ id: "u", text: "old" })]);
  render(<ChatWidget backend={hub.backend} sessionId="s" />);
  const unread = () => document.querySelector("[data-part=unread]");
  await act(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  expect(unread()).toBeNull();

  act(() => void session.commit([assistantMessage({ id: "a", text: "new" })]));
  await waitFor(() => expect(unread()).not.toBeNull());
  await userEvent.click(screen.getByRole("button", { name: /New message/ }));
  await screen.findByText("new");
  await userEvent.keyboard("{Escape}");
  expect(unread()).toBeNull();
});

it("V19 the button tells of an answer that is being written, and of nothing once it is open", async () => {
  const { session, launcher } = widget();
  act(() => void session.commit([userMessage({ id: "u", text: "go" }), run("r", "running")]));
  await waitFor(() => expect(launcher).toHaveAccessibleName("Open chat. An answer is being written"));
  await userEvent.click(launcher);
  expect(launcher).toHaveAccessibleName("Support");
  expect(screen.getAllByRole("button", { name: "Close chat" })).toHaveLength(1);
  expect(document.querySelector("[data-part=activity]")).toBeNull();
});

it("AT-22 V19 a message that comes while the chat is closed is announced politely, once", async () => {
  const { session } = widget();
  act(() => void session.commit([userMessage({ id: "u", text: "go" }), run("r", "running")]));
  await screen.findByRole("button", { name: /being written/ });
  const voice = screen.getByRole("status");
  const said: string[] = [];
  const collect = new MutationObserver(() => said.push(voice.textContent));
  collect.observe(voice, { childList: true, characterData: true, subtree: true });
  act(() => void session.commit([assistantMessage({ id: "a", text: "On its", streaming: true })]));
  await screen.findByRole("button", { name: /New message/ });
  act(() => void session.commit([finishText("a"), run("r", "finished")]));
  await screen.findByRole("button", { name: "Open chat. New message" });
  expect(said).toEqual(["New message"]);
});

it("V19 AT-22 the button says that somebody is asked for something while the chat is closed", async () => {
  const { session, launcher } = widget();
  act(() => void session.commit([userMessage({ id: "u", text: "delete it" }), run("r", "awaiting-input")]));
  await waitFor(() => expect(launcher).toHaveAccessibleName("Open chat. Your input is needed"));
  expect(screen.getByRole("status")).toHaveTextContent("Your input is needed");
  expect(document.querySelector("[data-part=unread]")).not.toBeNull();
  await userEvent.click(launcher);
  expect(launcher).toHaveAccessibleName("Support");
  expect(document.querySelector("[data-part=unread]")).toBeNull();
});

it("V19 a page that is loaded again shows the dialog as it was left, and keeps the focus where it is", async () => {
  const { unmount } = render(<ChatWidget backend={fakeHub().backend} sessionId="s" />);
  await userEvent.click(screen.getByRole("button", { name: "Open chat" }));
  unmount();

  const again = render(<ChatWidget backend={fakeHub().backend} sessionId="s" />);
  screen.getByRole("dialog");
  expect(document.body).toHaveFocus();
  await userEvent.click(screen.getByRole("button", { name: "Close chat" }));
  again.unmount();

  render(<ChatWidget backend={fakeHub().backend} sessionId="s" defaultOpen />);
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("V19 the dialog of another conversation, and one that is not to be remembered, begin as the app says", async () => {
  const { unmount } = render(<ChatWidget backend={fakeHub().backend} sessionId="s" />);
  await userEvent.click(screen.getByRole("button", { name: "Open chat" }));
  unmount();
  render(<ChatWidget backend={fakeHub().backend} sessionId="other" />);
  render(<ChatWidget backend={fakeHub().backend} sessionId="s" rememberOpen={false} />);
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("V19 a dialog stays open while the app begins another conversation, and is so when that is loaded again", async () => {
  const { backend } = fakeHub();
  const first = render(<ChatWidget backend={backend} sessionId="before" />);
  await userEvent.click(screen.getByRole("button", { name: "Open chat" }));
  first.rerender(<ChatWidget backend={backend} sessionId="begun" />);
  screen.getByRole("dialog");
  first.unmount();

  const again = render(<ChatWidget backend={backend} sessionId="begun" />);
  screen.getByRole("dialog");
  again.rerender(<ChatWidget backend={backend} sessionId="newer" />);
  screen.getByRole("dialog");
});

it("V19 where the browser keeps nothing the dialog opens and closes all the same", async () => {
  const refuse = () => {
    throw new DOMException("Nothing is kept here", "SecurityError");
  };
  const refused = vi.spyOn(globalThis, "sessionStorage", "get").mockImplementation(refuse);
  render(<ChatWidget backend={fakeHub().backend} sessionId="s" />);
  await userEvent.click(screen.getByRole("button", { name: "Open chat" }));
  await userEvent.click(screen.getByRole("button", { name: "Close chat" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(refused).toHaveBeenCalled();
  refused.mockRestore();
});

it("V19 V29 a page that a server rendered is taken over as it is, and then shows the dialog as it was left", async () => {
  sessionStorage.setItem("sessionstream.open.s", "true");
  const page = <ChatWidget backend={fakeHub().backend} sessionId="s" />;
  const container = document.body.appendChild(document.createElement("div"));
  container.innerHTML = renderToString(page);
  expect(container.querySelector("[data-part=dialog]")).toBeNull();
  const complaints = vi.spyOn(console, "error");
  render(page, { container, hydrate: true });
  screen.getByRole("dialog");
  expect(complaints).not.toHaveBeenCalled();
  complaints.mockRestore();
});
