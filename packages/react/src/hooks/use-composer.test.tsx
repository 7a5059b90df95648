import { fakeHub, run } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { ChatPanel } from "../kit/chat-panel.tsx";
import { renderWithThread } from "../testing/render-with-thread.tsx";

const input = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });

async function composer(hub = fakeHub()) {
  const thread = renderWithThread(<ChatPanel />, { hub });
  await waitFor(() => expect(screen.getByText("How can I help?")).toBeInTheDocument());
  return { ...thread, user: userEvent.setup() };
}

it("V14 Enter sends and empties the input, Shift+Enter makes a new line", async () => {
  const { user, hub } = await composer();
  await user.type(input(), "first{Shift>}{Enter}{/Shift}second");
  expect(input()).toHaveValue("first\nsecond");
  expect(hub.submissions).toHaveLength(0);
  await user.keyboard("{Enter}");
  expect(input()).toHaveValue("");
  await waitFor(() => expect(hub.submissions.map(({ payload }) => payload["prompt"])).toEqual(["first\nsecond"]));
});

it.each([
  ["while composing", { isComposing: true }],
  ["as Safari reports the key that ends a composition", { keyCode: 229 }],
])("V14 Enter that picks a candidate of an input method sends nothing: %s", async (_name, ime) => {
  const { user, hub } = await composer();
  await user.type(input(), "にほん");
  fireEvent.keyDown(input(), { key: "Enter", ...ime });
  expect(input()).toHaveValue("にほん");
  expect(hub.submissions).toHaveLength(0);
});

it("V14 nothing but white space cannot be sent", async () => {
  const { user, hub } = await composer();
  expect(screen.getByRole("button", { name: "Send message" })).toBeDisabled();
  await user.type(input(), "   {Enter}");
  expect(screen.getByRole("button", { name: "Send message" })).toBeDisabled();
  expect(hub.submissions).toHaveLength(0);
});

it("V14 a refused message keeps its text in its row, and Edit brings it back to the input", async () => {
  const hub = fakeHub();
  hub.failSubmits(new SessionStreamError("forbidden", "You may not write here."));
  const { user } = await composer(hub);
  await user.type(input(), "precious words{Enter}");
  await screen.findByRole("button", { name: "Edit" });
  screen.getByText("precious words");

  await user.click(screen.getByRole("button", { name: "Edit" }));
  expect(input()).toHaveValue("precious words");
  expect(input()).toHaveFocus();
});

it("V14 Discard takes a refused message away for good", async () => {
  const hub = fakeHub();
  const { user } = await composer(hub);
  hub.failSubmits(new SessionStreamError("rate_limited", "Too fast.", { retryable: false }));
  await user.type(input(), "again{Enter}");
  await screen.findByRole("button", { name: "Edit" });
  await user.click(screen.getByRole("button", { name: "Discard" }));
  await waitFor(() => expect(screen.queryByText("again")).toBeNull());
  expect(input()).toHaveValue("");
});

it("V14 while an answer runs there is Stop, and Send as soon as there is text", async () => {
  const { user, session, hub } = await composer();
  act(() => void session.commit([run("r1", "running")]));
  const stop = await screen.findByRole("button", { name: "Stop generating" });
  expect(screen.queryByRole("button", { name: "Send message" })).toBeNull();
  await user.type(input(), "and one more thing");
  screen.getByRole("button", { name: "Send message" });

  await user.click(stop);
  await waitFor(() => expect(hub.submissions.map(({ name }) => name)).toContain("ChatStopInference"));
});

it("V14 a stop that fails says so", async () => {
  const hub = fakeHub();
  hub.failSubmits(new SessionStreamError("forbidden", "Only the owner may stop this."));
  const { user, session } = await composer(hub);
  act(() => void session.commit([run("r1", "running")]));
  await user.click(await screen.findByRole("button", { name: "Stop generating" }));
  await screen.findByText("You are not allowed to do this.");
});
