import type { LocalChange } from "@sessionstream/client";
import { run, userMessage } from "@sessionstream/client/testing";
import { act, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { ChatPanel } from "../../kit/chat-panel.tsx";
import { renderWithThread } from "../../testing/render-with-thread.tsx";

const QUESTION = [userMessage({ id: "u", text: "Is this right?" }), run("r", "running", { messageId: "m" })];

const committed = (fields: Record<string, string> = {}): LocalChange => ({
  type: "put",
  kind: "AgentMode",
  id: "m:agent-mode:4",
  payload: { messageId: "m", title: "", from: "chat", to: "review", analysis: "• short • clear", ...fields },
});

async function open() {
  const thread = renderWithThread(<ChatPanel />);
  act(() => void thread.session.commit(QUESTION));
  await screen.findByText("Is this right?");
  const preview = (messageId: string, payload: unknown) =>
    act(() => thread.session.ephemeral(`agent-mode/${messageId}`, payload, 60_000));
  const card = () => thread.container.querySelector("[data-part=card]");
  return { ...thread, preview, card };
}

it("V11 a committed change says what changed and lists why", async () => {
  const { session, card } = await open();
  act(() => void session.commit([committed()]));
  await screen.findByText("Mode changed");
  screen.getByText("from chat to review");
  expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual(["short", "clear"]);
  expect(card()).toHaveAttribute("data-state", "committed");
  act(() => void session.commit([committed({ title: "Now reviewing", from: "", analysis: "" })]));
  await screen.findByText("Now reviewing");
  expect(screen.queryByRole("listitem")).toBeNull();
});

it("V11 a preview stands below the rows, follows what is shown, and goes when it is taken away", async () => {
  const { preview, card } = await open();
  preview("m", { candidateMode: "rev", analysis: "" });
  await screen.findByText("Considering another mode");
  expect(card()).toHaveAttribute("data-state", "preview");
  preview("m", { candidateMode: "review", analysis: "• short" });
  await screen.findByText("short");
  preview("m", undefined);
  await waitFor(() => expect(card()).toBeNull());
});

it("V11 a preview is matched by the id of the run at work, and ends with it even if nobody says so", async () => {
  const { session, preview, card } = await open();
  preview("another", { candidateMode: "plan" });
  preview("m", { candidateMode: "review" });
  await screen.findByText("Considering another mode");
  expect(screen.queryAllByText("plan")).toEqual([]);
  act(() => void session.commit([run("r", "interrupted", { messageId: "m" })]));
  await screen.findByText(/The server stopped before it was finished/);
  expect(card()).not.toHaveAttribute("data-state", "preview");
  expect(screen.queryByText("Considering another mode")).toBeNull();
});

it.each([
  ["no object", "review"],
  ["fields of other types", { candidateMode: 7, analysis: [] }],
])("V11 L8 a preview that is %s shows nothing and harms nothing", async (_, payload) => {
  const { session, preview, card } = await open();
  preview("m", payload);
  act(() => void session.commit([userMessage({ id: "v", text: "still here" })]));
  await screen.findByText("still here");
  expect(card()).toBeNull();
});
