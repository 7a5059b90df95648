import {
  appendText,
  approval,
  assistantMessage,
  fakeHub,
  finishText,
  run,
  userMessage,
} from "@sessionstream/client/testing";
import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { ChatPanel } from "../kit/chat-panel.tsx";
import { renderWithThread } from "../testing/render-with-thread.tsx";
import { firstSentence } from "./announcements.ts";

/** What a screen reader would say: every text that appears in a live region. */
function listen(container: HTMLElement) {
  const said: { polite: string[]; assertive: string[] } = { polite: [], assertive: [] };
  for (const region of container.querySelectorAll<HTMLElement>("[data-part=announcer] [aria-live]")) {
    const urgency = region.getAttribute("aria-live") === "polite" ? "polite" : "assertive";
    new MutationObserver(() => {
      if (region.textContent) said[urgency].push(region.textContent);
    }).observe(region, { childList: true, characterData: true, subtree: true });
  }
  return said;
}

async function thread(hub = fakeHub()) {
  const rendered = renderWithThread(<ChatPanel />, { hub });
  await screen.findByText("How can I help?");
  return { ...rendered, said: listen(rendered.container) };
}

it("AT-22 V22 an answer of 400 tokens is announced exactly twice: that it began, and what it says", async () => {
  const { session, said } = await thread();
  act(() => void session.commit([userMessage({ id: "u", text: "hi" }), run("r", "running")]));
  await waitFor(() => expect(said.polite).toEqual(["Generating…"]));
  act(() => void session.commit([assistantMessage({ id: "a", text: "**It is done.** ", streaming: true })]));
  for (let token = 0; token < 400; token += 1) act(() => void session.commit([appendText("a", `word${token} `)]));
  act(() => void session.commit([finishText("a"), run("r", "finished")]));
  await waitFor(() => expect(said.polite).toEqual(["Generating…", "It is done."]));
  expect(said.assertive).toEqual([]);
});

it("AT-22 a question to the user is announced at once, and the answer goes on without a second beginning", async () => {
  const { session, said } = await thread();
  act(() => void session.commit([run("r", "running")]));
  await waitFor(() => expect(said.polite).toHaveLength(1));
  act(() => void session.commit([run("r", "awaiting-input")]));
  await waitFor(() => expect(said.assertive).toEqual(["Your input is needed"]));
  act(() => void session.commit([run("r", "running")]));
  act(() => void session.commit([run("r", "stopped")]));
  await waitFor(() => expect(said.polite).toEqual(["Generating…", "Stopped"]));
});

it("AT-22 C39 an approval is announced once, by the name of its tool", async () => {
  const { session, said } = await thread();
  act(() => void session.commit([run("r", "running")]));
  act(() => void session.commit([approval("t", { toolName: "delete_file" })]));
  act(() => void session.commit([run("r", "awaiting-input")]));
  await waitFor(() => expect(said.assertive).toEqual(["Your approval is needed: delete_file"]));
  act(() => void session.commit([approval("t", { status: "CHAT_APPROVAL_STATUS_APPROVED" }), run("r", "running")]));
  act(() => void session.commit([run("r", "stopped")]));
  await waitFor(() => expect(said.polite.at(-1)).toBe("Stopped"));
  expect(said.assertive).toHaveLength(1);
});

it("AT-22 C39 each approval is announced, also where two are asked at once or another has the same name", async () => {
  const { session, said } = await thread();
  const tools = ["delete_file", "delete_file", "send_mail"] as const;
  const asked = tools.map((toolName, nth) => approval(`t${nth}`, { toolName }));
  const decided = tools.map((toolName, nth) =>
    approval(`t${nth}`, { toolName, status: "CHAT_APPROVAL_STATUS_DENIED" }),
  );
  act(() => void session.commit([...asked.slice(0, 1), run("r", "awaiting-input")]));
  await waitFor(() => expect(said.assertive).toEqual(["Your approval is needed: delete_file"]));
  act(() => void session.commit([...decided.slice(0, 1), run("r", "running")]));
  act(() => void session.commit([...asked.slice(1), run("r", "awaiting-input")]));
  await waitFor(() => expect(said.assertive).toHaveLength(2));
  act(() => void session.commit(decided.slice(1, 2)));
  await waitFor(() => expect(said.assertive.at(-1)).toBe("Your approval is needed: send_mail"));
  act(() => void session.commit([...decided.slice(2), run("r", "running")]));
  act(() => void session.commit([run("r", "stopped")]));
  await waitFor(() => expect(said.polite.at(-1)).toBe("Stopped"));
  expect(said.assertive).toHaveLength(3);
});

it("AT-22 a failed run and an unsent message are assertive", async () => {
  const hub = fakeHub();
  hub.failSubmits(new SessionStreamError("forbidden", "Not allowed."));
  const { session, said } = await thread(hub);
  act(() => void session.commit([run("r", "running")]));
  act(() => void session.commit([run("r", "failed", { error: "The model is gone." })]));
  await waitFor(() => expect(said.assertive).toEqual(["The answer could not be completed. The model is gone."]));
  await userEvent.type(screen.getByRole("textbox"), "hello{Enter}");
  await waitFor(() => expect(said.assertive.at(-1)).toBe("Not sent. You are not allowed to do this."));
});

it("AT-22 a message that has to wait is announced once, and that it was discarded", async () => {
  const hub = fakeHub();
  hub.holdSubmits();
  const { said } = await thread(hub);
  act(() => hub.goOffline());
  await screen.findByText(/You are offline|Connection lost/);
  await userEvent.type(screen.getByRole("textbox"), "first{Enter}");
  await userEvent.type(screen.getByRole("textbox"), "behind it{Enter}");
  await waitFor(() => expect(said.polite).toEqual(["Waiting to send"]));
  await userEvent.click(screen.getByRole("button", { name: "Discard" }));
  await waitFor(() => expect(said.polite).toEqual(["Waiting to send", "Message discarded"]));
  expect(said.assertive).toEqual([]);
});

it("AT-22 a message that was sent at once says nothing of waiting", async () => {
  const { session, hub, said } = await thread();
  await userEvent.type(screen.getByRole("textbox"), "hello{Enter}");
  await waitFor(() => expect(hub.submissions).toHaveLength(1));
  act(() => void session.commit([run("r", "running")]));
  await waitFor(() => expect(said.polite).toEqual(["Generating…"]));
});

it("AT-22 history is silent", async () => {
  const hub = fakeHub();
  const session = hub.session(sessionId("test-session"));
  session.commit([
    userMessage({ id: "u", text: "hi" }),
    assistantMessage({ id: "a", text: "Old news." }),
    run("r", "failed"),
  ]);
  const { container } = renderWithThread(<ChatPanel />, { hub });
  const said = listen(container);
  await screen.findByText("Old news.");
  expect(said).toEqual({ polite: [], assertive: [] });
});

it.each([
  ["Done. More follows.", "Done."],
  ["# Result\n\nIt works!", "Result It works!"],
  ["See [the docs](https://example.com) first. Then", "See the docs first."],
  ["```js\nlet a = 1.\n```\nThat is all.", "That is all."],
  ["- one\n- two", "one two"],
  ["終わりました。次へ", "終わりました。"],
  ["Set **max_rows** to `2 * 3`. Then", "Set max_rows to 2 * 3."],
  ["Version 1.2 is out. Get it", "Version 1.2 is out."],
  ["", ""],
])("AT-22 the first sentence of %j is spoken as %j", (markdown, spoken) => {
  expect(firstSentence(markdown)).toBe(spoken);
});
