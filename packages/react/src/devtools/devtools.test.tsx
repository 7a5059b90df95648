import { appendText, assistantMessage, fakeHub, run, userMessage } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { renderWithThread } from "../testing/render-with-thread.tsx";
import { ErrorPanel } from "./error-panel.tsx";
import { createEventLog } from "./event-log.ts";
import { EventViewer } from "./event-viewer.tsx";
import { StatusBar } from "./status-bar.tsx";
import { TimelineDebug } from "./timeline-debug.tsx";

const note = (type: string, family: "commit" | "delta" = "commit") =>
  ({ family, type, session: "s", facts: { ordinal: "7" } }) as const;

const rows = () => within(screen.getByRole("group", { name: "Events" })).queryAllByRole("listitem");

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is saved: its name and its text. jsdom neither makes addresses of blobs nor follows them. */
function savedFiles() {
  const files: { name: string; text: Promise<string> }[] = [];
  let text: Promise<string> = Promise.resolve("");
  URL.createObjectURL = (blob) => {
    // CAST: only blobs are saved.
    text = (blob as Blob).text();
    return "blob:saved";
  };
  URL.revokeObjectURL = () => undefined;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
    files.push({ name: this.download, text });
  });
  return files;
}

describe("StatusBar", () => {
  it("V15 says connection, session, ordinal, run, what is unsent, and errors", async () => {
    const hub = fakeHub();
    const log = createEventLog();
    hub.failSubmits(new SessionStreamError("forbidden", "no"));
    const { session, client } = renderWithThread(<StatusBar log={log} outbox={{ durability: "memory" }} />, { hub });
    const bar = screen.getByRole("region", { name: "Session status" });
    await waitFor(() => expect(bar).toHaveTextContent("Contentready"));
    act(() => void session.commit([userMessage({ id: "u", text: "hi" }), run("r", "running")]));
    await waitFor(() => expect(bar).toHaveTextContent(/Connection.*open.*Sessiontest-session.*Ordinal1Runrunning/));
    expect(bar).toHaveTextContent(/Unsentnone.*Outboxmemory.*Errors0/);
    const { thread } = client.acquire(session.id);
    await act(() => thread.send({ text: "x" }).catch(() => log.error(new Error("x"))));
    await waitFor(() => expect(bar).toHaveTextContent("Unsent1 failed"));
    await waitFor(() => expect(bar).toHaveTextContent("Errors1"));
  });

  it("V15 K39 the export menu opens and closes by keyboard, and saves no payload unasked", async () => {
    const files = savedFiles();
    const { session } = renderWithThread(<StatusBar />);
    act(() => void session.commit([assistantMessage({ id: "a", text: "canary" })]));
    await waitFor(() => expect(screen.getByRole("region")).toHaveTextContent("Ordinal1"));
    const menu = screen.getByRole("button", { name: "Export" });
    menu.focus();
    await userEvent.keyboard("{Enter}");
    await userEvent.click(screen.getByRole("button", { name: "Timeline as YAML" }));
    expect(files.map(({ name }) => name)).toEqual(["test-session-timeline.yaml"]);
    const text = await files[0]?.text;
    expect(text).toContain('kind: "ChatMessage"');
    expect(text).not.toContain("canary");
    await userEvent.keyboard("{Escape}");
    expect(menu).toHaveAttribute("aria-expanded", "false");
    expect(menu).toHaveFocus();
  });
});

describe("ErrorPanel", () => {
  it("V26 lists errors, newest first, with detail, until they are dismissed; the focus is not lost", async () => {
    const log = createEventLog();
    render(<ErrorPanel log={log} />);
    expect(screen.getByText("No errors")).toBeVisible();
    act(() => {
      log.error(new SessionStreamError("forbidden", "no", { errorId: "e-77" }));
      log.error(new TypeError("x is undefined"), { type: "render", kind: "ChatMessage", id: "a" });
    });
    await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(2));
    expect(screen.getAllByRole("listitem")[0]).toHaveTextContent("TypeError");
    expect(screen.getAllByRole("listitem")[1]).toHaveTextContent('errorId: "e-77"');
    await userEvent.click(screen.getByRole("button", { name: "Dismiss forbidden" }));
    await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(1));
    expect(screen.getByRole("heading", { name: "Errors" })).toHaveFocus();
    await userEvent.click(screen.getByRole("button", { name: "Dismiss all 1" }));
    await screen.findByText("No errors");
  });
});

describe("EventViewer", () => {
  it("V23 hides and shows families, deltas among them", async () => {
    const log = createEventLog();
    for (let n = 0; n < 3; n += 1) log.record(note("commit"));
    for (let n = 0; n < 9; n += 1) log.record(note("commit", "delta"));
    render(<EventViewer log={log} defaultHidden={["delta"]} />);
    expect(rows()).toHaveLength(3);
    const deltas = screen.getByRole("button", { name: "delta 9" });
    expect(deltas).toHaveAttribute("aria-pressed", "false");
    await userEvent.click(deltas);
    expect(rows()).toHaveLength(12);
    await userEvent.click(screen.getByRole("button", { name: "commit 3" }));
    expect(rows()).toHaveLength(9);
    await userEvent.click(deltas);
    expect(screen.getByRole("status")).toHaveTextContent("All families are hidden");
  });

  it("V23 paused, the list stands still while the log goes on in its bounds", async () => {
    const log = createEventLog({ capacity: 5 });
    log.record(note("first"));
    render(<EventViewer log={log} />);
    await userEvent.click(screen.getByRole("button", { name: "Pause" }));
    act(() => {
      for (let n = 0; n < 50; n += 1) log.record(note("later"));
    });
    await waitFor(() => expect(screen.getByRole("status")).toHaveTextContent("Paused, 50 newer"));
    expect(rows()).toHaveLength(1);
    expect(log.getEvents()).toHaveLength(5);
    await userEvent.click(screen.getByRole("button", { name: "Pause" }));
    expect(rows()).toHaveLength(5);
  });

  it("V23 shows one event in full, copies it and saves what is visible", async () => {
    const user = userEvent.setup();
    const files = savedFiles();
    const log = createEventLog();
    log.record(note("commit"));
    log.record(note("commit", "delta"));
    render(<EventViewer log={log} defaultHidden={["delta"]} />);
    const row = screen.getByRole("button", { name: /commit.*ordinal 7/ });
    await user.click(row);
    expect(row).toHaveAttribute("aria-expanded", "true");
    expect(screen.getByRole("group", { name: "Details" })).toHaveTextContent('ordinal: "7"');
    await user.click(screen.getByRole("button", { name: "Copy" }));
    expect(await navigator.clipboard.readText()).toContain('ordinal: "7"');
    await user.click(screen.getByRole("button", { name: "Export" }));
    await user.click(screen.getByRole("button", { name: "Events as JSON" }));
    expect(files[0]?.name).toBe("events-events.json");
    expect(JSON.parse((await files[0]?.text) ?? "")).toMatchObject([{ family: "commit", facts: { ordinal: "7" } }]);
  });

  it("V23 draws the newest 500 and says so", () => {
    const log = createEventLog();
    for (let n = 0; n < 600; n += 1) log.record(note("e"));
    render(<EventViewer log={log} />);
    expect(rows()).toHaveLength(500);
    expect(screen.getByRole("status")).toHaveTextContent("The newest 500");
  });
});

describe("TimelineDebug", () => {
  it("V24 K39 lists entities and follows one as a tree or as YAML, without its payload", async () => {
    const { session, container } = renderWithThread(<TimelineDebug />);
    await screen.findByText("Nothing in it yet");
    act(() => void session.commit([assistantMessage({ id: "a", text: "canary", streaming: true })]));
    const item = await screen.findByRole("button", { name: /ChatMessage/ });
    await userEvent.click(item);
    expect(item).toHaveAttribute("aria-pressed", "true");
    const detail = screen.getByRole("region", { name: "Entity" });
    expect(detail).toHaveTextContent('"text of 6"');
    act(() => void session.commit([appendText("a", "!")]));
    await waitFor(() => expect(detail).toHaveTextContent('"text of 7"'));
    await userEvent.click(screen.getByRole("button", { name: "YAML" }));
    expect(screen.getByRole("group", { name: "YAML" })).toHaveTextContent('id: "a"');
    expect(container).not.toHaveTextContent("canary");
  });

  it("V24 K39 shows payloads where the app asks for them, or what it lets through", async () => {
    const { session, rerender } = renderWithThread(<TimelineDebug payloads="raw" />);
    act(() => void session.commit([assistantMessage({ id: "a", text: "canary" })]));
    await userEvent.click(await screen.findByRole("button", { name: /ChatMessage/ }));
    await userEvent.click(screen.getByRole("button", { name: "YAML" }));
    const yaml = () => screen.getByRole("group", { name: "YAML" });
    expect(yaml()).toHaveTextContent("canary");
    rerender(<TimelineDebug payloads={({ payload }) => ({ role: payload["role"] })} />);
    expect(yaml()).toHaveTextContent('payload: role: "assistant"');
    expect(yaml()).not.toHaveTextContent("canary");
  });
});
