import {
  appendText,
  assistantMessage,
  fakeHub,
  finishText,
  run,
  toolCall,
  toolResult,
  userMessage,
} from "@sessionstream/client/testing";
import { SessionStreamError, sessionId } from "@sessionstream/protocol";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Profiler } from "react";
import { expect, it } from "vitest";
import { renderWithThread } from "../testing/render-with-thread.tsx";
import { FINISHED_TURN } from "../testing/story-data.ts";
import { ChatPanel } from "./chat-panel.tsx";

const session = sessionId("test-session");

it("AT-9 a load that fails shows an error with Retry, never the empty state, and nothing can be written", async () => {
  const hub = fakeHub();
  hub.failLoads(new SessionStreamError("storage_unavailable", "The database is away."));
  const { container } = renderWithThread(<ChatPanel />, { hub });
  let sawEmpty = false;
  new MutationObserver(() => {
    sawEmpty ||= container.querySelector("[data-part=empty-state]") !== null;
  }).observe(container, { childList: true, subtree: true });

  await screen.findByText(/The server is busy/);
  expect(screen.getByRole("textbox")).toBeDisabled();
  expect(sawEmpty).toBe(false);

  hub.healLoads();
  hub.session(session).commit([assistantMessage({ id: "a", text: "here again" })]);
  fireEvent.click(screen.getByRole("button", { name: "Retry" }));
  await screen.findByText("here again");
  expect(screen.getByRole("textbox")).toBeEnabled();
  expect(sawEmpty).toBe(false);
});

it("AT-9 a thread that has messages never shows the empty state while it loads", async () => {
  const hub = fakeHub({ latencyMs: 5 });
  hub.session(session).commit([assistantMessage({ id: "a", text: "here" })]);
  const { container } = renderWithThread(<ChatPanel />, { hub });
  const faces: string[] = [];
  const note = () => {
    const face = container.querySelector("[data-part=empty-state], [data-part=skeleton], [data-part=transcript]");
    const name = face?.getAttribute("data-part") ?? "none";
    if (faces.at(-1) !== name) faces.push(name);
  };
  note();
  new MutationObserver(note).observe(container, { childList: true, subtree: true });
  await screen.findByText("here");
  expect(faces).toEqual(["skeleton", "transcript"]);
});

it("AT-11 an optimistic message is confirmed without a single element being removed", async () => {
  const hub = fakeHub();
  const release = hub.holdSubmits();
  const { container } = renderWithThread(<ChatPanel />, { hub });
  await screen.findByText("How can I help?");
  await userEvent.type(screen.getByRole("textbox"), "hello there{Enter}");
  const bubble = await screen.findByText("hello there");
  const message = bubble.closest("[data-part=message]");
  await waitFor(() => expect(message).toHaveAttribute("data-state", "sending"));

  const removed: Node[] = [];
  const observer = new MutationObserver((records) =>
    removed.push(...records.flatMap((record) => [...record.removedNodes])),
  );
  observer.observe(container, { childList: true, subtree: true });
  release();
  await waitFor(() => expect(hub.session(session).log().entities().length).toBeGreaterThan(0));
  await waitFor(() => expect(message).toHaveAttribute("data-state", "sent"));
  await waitFor(() => expect(hub.submissions).toHaveLength(1));
  act(() => void hub.session(session).commit([assistantMessage({ id: "a", text: "hi" })]));
  await screen.findByText("hi");

  expect(screen.getByText("hello there")).toBe(bubble);
  expect(removed.filter((node) => node instanceof Element && node.contains(bubble))).toEqual([]);
  expect(removed.filter((node) => node instanceof Element && node.closest("[data-part=row]") !== null)).toEqual([]);
});

it("AT-14 20,000 deltas and ten tools in one task are one commit a frame and no error", async () => {
  let commits = 0;
  const { session: log } = renderWithThread(
    <Profiler id="chat" onRender={() => (commits += 1)}>
      <ChatPanel />
    </Profiler>,
    { strict: false },
  );
  act(
    () =>
      void log.commit([userMessage({ id: "u", text: "go" }), assistantMessage({ id: "a", text: "", streaming: true })]),
  );
  await screen.findByText("go");
  const before = commits;
  let frames = 0;
  const countFrame = () => {
    frames += 1;
    requestAnimationFrame(countFrame);
  };
  requestAnimationFrame(countFrame);

  for (let delta = 0; delta < 20_000; delta += 1) log.commit([appendText("a", delta % 20 === 0 ? "\n\nblock " : "w ")]);
  for (let tool = 0; tool < 10; tool += 1)
    log.commit([toolCall(`t${tool}`, { toolName: `tool_${tool}`, status: "running" })]);
  expect(commits).toBe(before);
  log.commit([finishText("a")]);
  await screen.findByText("tool_9", undefined, { timeout: 20_000 });
  expect(commits - before).toBeLessThanOrEqual(frames + 1);
}, 30_000);

it("V09 V10 a tool and its result are one card: status at a glance, input and result on demand", async () => {
  const { session: log } = renderWithThread(<ChatPanel />);
  act(() => void log.commit([toolCall("t", { toolName: "lookup", input: '{"id":7}', status: "running" })]));
  const header = await screen.findByRole("button", { name: /lookup/ });
  within(header).getByText("Running");
  act(() => {
    log.commit([toolCall("t", { toolName: "lookup", input: '{"id":7}', status: "completed" })]);
    log.commit([toolResult("t", "lookup", '{"name":"Ada"}')]);
  });
  await within(header).findByText("Done");
  expect(document.querySelectorAll("[data-part=card]")).toHaveLength(1);
  await userEvent.click(header);
  screen.getByText(/"id": 7/);
  screen.getByText('"Ada"');
});

it("V10 a result whose call is out of reach has a card of its own", async () => {
  const { session: log } = renderWithThread(<ChatPanel />);
  act(() => void log.commit([toolResult("gone", "lookup", "plain text")]));
  await screen.findByText("plain text");
});

it("V07 the outcome of a run is read after what the run said, and the latest can be tried again", async () => {
  const { session: log, hub } = renderWithThread(<ChatPanel />);
  act(() => {
    log.commit([userMessage({ id: "u1", text: "question one" }), run("r1", "running")]);
    log.commit([assistantMessage({ id: "a1", text: "half an ans" })]);
    log.commit([run("r1", "failed", { error: "Out of tokens.", retryable: true })]);
  });
  const text = () => [...document.querySelectorAll("[data-part=row]")].map((row) => row.textContent).filter(Boolean);
  await screen.findByText("Out of tokens.");
  expect(text().map((row) => row?.match(/question \w+|half|Out of tokens/)?.[0])).toEqual([
    "question one",
    "half",
    "Out of tokens",
  ]);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(hub.submissions.at(-1)?.payload["retryOfRunId"]).toBe("r1"));

  act(() => void log.commit([userMessage({ id: "u2", text: "question two" }), run("r2", "interrupted")]));
  await screen.findByText(/What was written so far is kept/);
  expect(screen.getAllByRole("button", { name: "Try again" })).toHaveLength(1);
  expect(text().at(-1)).toContain("interrupted");
});

it("V07 a finished turn shows its roles, and offers reasoning without showing it", async () => {
  const { session: log } = renderWithThread(<ChatPanel />);
  act(() => {
    for (const commit of FINISHED_TURN) log.commit(commit);
  });
  await screen.findByText(/left the warehouse/);
  expect(
    [...document.querySelectorAll("[data-part=message]")].map((element) => element.getAttribute("data-role")),
  ).toEqual(["user", "assistant"]);
  const reasoning = screen.getByRole("button", { name: "Thoughts" });
  expect(reasoning).toHaveAttribute("aria-expanded", "false");
  await userEvent.click(reasoning);
  screen.getByText(/I should look it up/);
});

it("V18 every state of a connection has a name, and being offline is told", async () => {
  const { hub } = renderWithThread(<ChatPanel />);
  await screen.findByRole("img", { name: "Connected" });
  act(() => hub.goOffline());
  await screen.findByRole("img", { name: /You are offline/ });
  expect(document.querySelector("[data-part=banner]")).toHaveAttribute("data-state", "offline");
  act(() => hub.goOnline());
  await screen.findByRole("img", { name: "Connected" });
  expect(document.querySelector("[data-part=banner]")).toBeNull();
});

it("V07 the dots of a working run rest while nobody can know whether it still works", async () => {
  const hub = fakeHub();
  hub.session(session).commit([userMessage({ id: "m-1", text: "Where is my order?" }), run("r-1", "running")]);
  renderWithThread(<ChatPanel />, { hub });
  await waitFor(() => expect(document.querySelector("[data-part=typing]")).not.toBeNull());
  act(() => hub.goOffline());
  await waitFor(() => expect(document.querySelector("[data-part=typing]")).toBeNull());
  act(() => hub.goOnline());
  await waitFor(() => expect(document.querySelector("[data-part=typing]")).not.toBeNull());
});

it("V10 a try again is read after the outcome of the one before", async () => {
  const hub = fakeHub();
  const first = { messageId: "root-1", error: "The model is gone." };
  hub.session(session).commit([userMessage({ id: "m-1", text: "Where is my order?" }), run("r-1", "failed", first)]);
  hub.session(session).commit([run("r-2", "running", { messageId: "root-2" })]);
  hub.session(session).commit([assistantMessage({ id: "root-2:text:1", text: "It is on its way." })]);
  renderWithThread(<ChatPanel />, { hub });
  const answer = await screen.findByText("It is on its way.");
  const outcome = screen.getByText("The model is gone.");
  expect(outcome.compareDocumentPosition(answer)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

it("V22 the keyboard stays in the composer after Stop and after Try again", async () => {
  const hub = fakeHub();
  const running = { messageId: "root-1" };
  hub.session(session).commit([userMessage({ id: "m-1", text: "hi" }), run("r-1", "running", running)]);
  renderWithThread(<ChatPanel />, { hub });
  await userEvent.click(await screen.findByRole("button", { name: "Stop generating" }));
  expect(screen.getByRole("textbox")).toHaveFocus();
  act(() => void hub.session(session).commit([run("r-1", "stopped", running)]));
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  expect(screen.getByRole("textbox")).toHaveFocus();
});

it("V14 a suggestion is sent as it stands", async () => {
  const { hub } = renderWithThread(<ChatPanel suggestions={["Where is my order?"]} />);
  await userEvent.click(await screen.findByRole("button", { name: "Where is my order?" }));
  await waitFor(() => expect(hub.submissions[0]?.payload["prompt"]).toBe("Where is my order?"));
});
