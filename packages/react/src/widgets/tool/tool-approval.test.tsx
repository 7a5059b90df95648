import { approval, fakeHub, run, toolCall, userMessage } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { ChatPanel, type ChatPanelProps } from "../../kit/chat-panel.tsx";
import { defineRenderer } from "../../renderer/define-renderer.ts";
import { renderWithThread } from "../../testing/render-with-thread.tsx";

const INPUT = JSON.stringify({ path: "reports/2025.md" });
const ASKED = { toolName: "delete_file", input: INPUT };

async function asked(props: Partial<ChatPanelProps> = {}, hub = fakeHub()) {
  const thread = renderWithThread(<ChatPanel {...props} />, { hub });
  act(() => {
    thread.session.commit([userMessage({ id: "u", text: "Delete it." }), run("r", "running")]);
    thread.session.commit([toolCall("t", { ...ASKED, status: "requested" })]);
    thread.session.commit([approval("t", ASKED)]);
    thread.session.commit([run("r", "awaiting-input")]);
  });
  await screen.findByText("Waits for your approval");
  return thread;
}

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const armed = () => waitFor(() => expect(button("Approve")).toHaveAttribute("aria-disabled", "false"));
const group = (name: string) => screen.findByRole("group", { name });

it("C39 V09 a call and what is asked about it are one card, unfolded, with its arguments once", async () => {
  const { container, session } = await asked();
  expect(container.querySelectorAll("[data-part=card]")).toHaveLength(1);
  expect(button(/delete_file.*Needs approval/)).toHaveAttribute("aria-expanded", "true");
  expect(screen.getAllByText(/reports\/2025\.md/)).toHaveLength(1);

  const allowed = { ...ASKED, status: "CHAT_APPROVAL_STATUS_APPROVED" } as const;
  act(() => void session.commit([approval("t", allowed)]));
  await screen.findByRole("button", { name: /delete_file.*Approved/ });
  act(() => {
    const closed = approval("t", { ...allowed, closed: true });
    session.commit([closed, toolCall("t", { ...ASKED, status: "running" }), run("r", "running")]);
  });
  await screen.findByRole("button", { name: /delete_file.*Running/ });
  expect(container.querySelector("[data-part=typing]")).toBeNull();
  expect(screen.queryByText("Waits for your approval")).toBeNull();
});

it("X30 nothing has the focus by itself, and a click that was meant for what stood there before allows nothing", async () => {
  const { hub } = await asked();
  expect(document.body).toHaveFocus();
  await userEvent.click(button("Deny"));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  fireEvent.click(button("Back"));
  fireEvent.click(button("Approve"));
  act(() => void vi.advanceTimersByTime(499));
  fireEvent.click(button("Approve"));
  expect(hub.submissions).toEqual([]);
  act(() => void vi.advanceTimersByTime(1));
  fireEvent.click(button("Approve"));
  vi.useRealTimers();
  await group("Approved");
  expect(hub.submissions).toMatchObject([{ payload: { decision: "CHAT_APPROVAL_DECISION_APPROVE" } }]);
});

it("C39 Enter in the composer sends a message and answers nothing", async () => {
  const { hub } = await asked();
  await armed();
  await userEvent.type(screen.getByRole("textbox", { name: "Message" }), "wait{Enter}");
  await waitFor(() => expect(hub.submissions.map(({ name }) => name)).toEqual(["ChatStartInference"]));
});

it("V13 a refusal may say why, or be taken back before it is one; the focus goes along", async () => {
  const { hub } = await asked();
  await userEvent.click(button("Deny"));
  expect(screen.getByRole("textbox", { name: /Why not/ })).toHaveFocus();
  expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
  await userEvent.click(button("Back"));
  expect(button("Deny")).toHaveFocus();

  // Heard by nobody else: around it, Escape closes the chat.
  const heard = vi.fn();
  document.addEventListener("keydown", heard);
  await userEvent.click(button("Deny"));
  await userEvent.keyboard("{Escape}");
  document.removeEventListener("keydown", heard);
  expect(button("Deny")).toHaveFocus();
  expect(heard).not.toHaveBeenCalled();

  await userEvent.click(button("Deny"));
  await userEvent.keyboard("It is needed.{Tab}{Enter}");
  expect(await group("Denied")).toHaveFocus();
  expect(hub.submissions).toMatchObject([
    { payload: { decision: "CHAT_APPROVAL_DECISION_DENY", reason: "It is needed.", digest: "digest of t" } },
  ]);
  const denied = within(await group("Denied"));
  denied.getByText("Denied by reader");
  denied.getByText("It is needed.");
  expect(screen.queryByText(/A person refused this call/)).toBeNull();
});

it("AT-17 F-R6 what another device decided is shown here, and the focus is not lost with the buttons", async () => {
  const { session } = await asked();
  await armed();
  act(() => button("Approve").focus());
  const status = "CHAT_APPROVAL_STATUS_DENIED";
  act(() => void session.commit([approval("t", { ...ASKED, status, decidedBy: "mara" })]));
  expect(await group("Denied")).toHaveFocus();
  screen.getByText("Denied by mara");
  expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
});

it.each([
  ["already_answered", 0, "Somebody else was faster with another answer."],
  ["approval_expired", 0, "It is too late to answer this."],
  ["forbidden", 0, "You are not allowed to do this."],
  ["network", 1, "The server cannot be reached."],
  ["unauthenticated", 1, "Sign in again to go on."],
] as const)("C39 an answer refused as %s leaves %i approving buttons, and says: %s", async (code, buttons, text) => {
  const hub = fakeHub();
  hub.failSubmits(new SessionStreamError(code, "internal words"));
  await asked({}, hub);
  await armed();
  await userEvent.click(button("Approve"));
  await screen.findByText(text);
  expect(screen.queryAllByRole("button", { name: "Approve" })).toHaveLength(buttons);
});

it("C39 without a connection there is nothing to press, and it says why", async () => {
  const hub = fakeHub();
  await asked({}, hub);
  await armed();
  act(() => hub.goOffline());
  await screen.findByText("You can answer as soon as you are connected.");
  await userEvent.click(button("Approve"));
  act(() => hub.goOnline());
  await armed();
  expect(hub.submissions).toEqual([]);
});

it("C39 who may not allow it is shown what is asked, without buttons, and is not called", async () => {
  const { container, session } = renderWithThread(<ChatPanel />, { mayApprove: false });
  act(() => void session.commit([run("r", "awaiting-input"), toolCall("t", ASKED), approval("t", ASKED)]));
  await screen.findByText("Others may answer.");
  expect(screen.queryByRole("button", { name: /Approve|Deny/ })).toBeNull();
  expect(screen.queryByText("Waits for your approval")).toBeNull();
  expect(container.querySelector("[aria-live=assertive]")).toHaveTextContent("");
});

it("V05 an app that shows calls, or approvals, in its own way loses neither", async () => {
  const ownCalls = await asked({ renderers: [defineRenderer({ kind: "ChatToolCall", render: () => <p>my call</p> })] });
  screen.getByText("my call");
  expect(button(/delete_file.*Needs approval/)).toBeVisible();
  ownCalls.unmount();

  await asked({ renderers: [defineRenderer({ kind: "ChatApproval", render: () => <p>my approval</p> })] });
  screen.getByText("my approval");
  expect(button(/delete_file.*Requested/)).toHaveAttribute("aria-expanded", "false");
});
