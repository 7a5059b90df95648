import { type ChatBackend, createChatClient, defaultPlatform, type SessionHandle } from "@sessionstream/client";
import { appendText, assistantMessage, createManualPlatform, fakeHub } from "@sessionstream/client/testing";
import { sessionId } from "@sessionstream/protocol";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { Profiler, StrictMode, useEffect } from "react";
import { expect, it } from "vitest";
import { useChatThread } from "../hooks/use-chat-thread.ts";
import { useEntity } from "../hooks/use-entity.ts";
import { ChatPanel } from "../kit/chat-panel.tsx";
import { ChatThreadProvider } from "./chat-thread-provider.tsx";

function watched(backend: ChatBackend) {
  let opened = 0;
  let open = 0;
  const watching: ChatBackend = {
    ...backend,
    open(...parameters): SessionHandle {
      opened += 1;
      open += 1;
      const handle = backend.open(...parameters);
      return {
        ...handle,
        close() {
          open -= 1;
          handle.close();
        },
      };
    },
  };
  return { backend: watching, opened: () => opened, open: () => open };
}

/** Sends on mount, as an effect of an app may: twice in StrictMode. */
function Greeter({ commandId }: { readonly commandId: string }) {
  const { send, rows } = useChatThread();
  useEffect(() => {
    // CAST: ids are made with the intent; this one is the test's.
    void send({ text: "hello", commandId: commandId as NonNullable<Parameters<typeof send>[0]["commandId"]> });
  }, [send, commandId]);
  return <p>{rows.length} rows</p>;
}

it("F-P1 AT-15 F-C2 a hundred mounts in StrictMode are one session, and one command each intent", async () => {
  const hub = fakeHub();
  const { backend, opened } = watched(hub.backend);
  const client = createChatClient({ backend, platform: defaultPlatform() });
  for (let mount = 0; mount < 100; mount += 1) {
    const { unmount } = render(
      <StrictMode>
        <ChatThreadProvider client={client} sessionId="s">
          <Greeter commandId="the-one-intent" />
        </ChatThreadProvider>
      </StrictMode>,
    );
    unmount();
  }
  render(
    <ChatThreadProvider client={client} sessionId="s">
      <Greeter commandId="the-one-intent" />
    </ChatThreadProvider>,
  );
  await waitFor(() => expect(hub.session(sessionId("s")).log().cursor().ordinal).toBeGreaterThan(0n));
  expect(opened()).toBe(1);
  expect(new Set(hub.submissions.map(({ commandId }) => commandId))).toEqual(new Set(["the-one-intent"]));
  client.close();
});

it("F-P1 a module that is replaced takes its connection with it: the old one is closed, one is open", async () => {
  const hub = fakeHub();
  const { backend, opened, open } = watched(hub.backend);
  const versions = [1, 2, 3].map((version) => ({
    version,
    App: () => (
      <ChatThreadProvider backend={backend} sessionId="s">
        <p>version {version}</p>
      </ChatThreadProvider>
    ),
  }));
  const { rerender, unmount } = render(<p>nothing yet</p>);
  for (const { version, App } of versions) {
    rerender(
      <StrictMode>
        <App />
      </StrictMode>,
    );
    await screen.findByText(`version ${version}`);
    expect(opened()).toBe(version);
  }
  await waitFor(() => expect(open()).toBe(1), { timeout: 3_000 });
  unmount();
  await waitFor(() => expect(open()).toBe(0), { timeout: 3_000 });
});

it("F-C2 Enter and a click in one moment, twice each, are one message", async () => {
  const hub = fakeHub();
  const client = createChatClient({ backend: hub.backend, platform: defaultPlatform() });
  render(
    <StrictMode>
      <ChatThreadProvider client={client} sessionId="s">
        <ChatPanel />
      </ChatThreadProvider>
    </StrictMode>,
  );
  await waitFor(() => expect(screen.getByText("How can I help?")).toBeInTheDocument());
  const input = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
  fireEvent.change(input, { target: { value: "once" } });
  const button = screen.getByRole("button", { name: "Send message" });
  act(() => {
    for (let time = 0; time < 2; time += 1) {
      fireEvent.keyDown(input, { key: "Enter" });
      button.click();
    }
  });
  await waitFor(() => expect(hub.submissions).toHaveLength(1));
  expect(hub.submissions.map(({ payload }) => payload["prompt"])).toEqual(["once"]);
});

function Answer() {
  const { rows } = useChatThread();
  const first = rows[0];
  const answer = useEntity(first?.type === "entity" ? first.entity : undefined);
  return <article>{String(answer?.payload["content"] ?? "")}</article>;
}

it("F-P11 AT-14 ten thousand deltas over ten seconds of frames are at most six hundred commits of React", async () => {
  const platform = createManualPlatform();
  const hub = fakeHub({ platform });
  const client = createChatClient({ backend: hub.backend, platform });
  let commits = 0;
  render(
    <Profiler id="chat" onRender={() => (commits += 1)}>
      <ChatThreadProvider client={client} sessionId="s">
        <Answer />
      </ChatThreadProvider>
    </Profiler>,
  );
  const log = hub.session(sessionId("s"));
  await act(async () => void log.commit([assistantMessage({ id: "a", text: "", streaming: true })]));
  act(() => platform.runFrames());
  commits = 0;
  for (let frame = 0; frame < 600; frame += 1) {
    act(() => {
      for (let delta = 0; delta < (frame % 3 === 0 ? 16 : 17); delta += 1) log.commit([appendText("a", "w ")]);
      platform.advance(1_000 / 60);
      platform.runFrames();
    });
  }
  expect(log.log().cursor().ordinal).toBe(10_001n);
  expect(commits).toBeGreaterThan(300);
  expect(commits).toBeLessThanOrEqual(600);
  expect(screen.getByRole("article").textContent).toHaveLength(20_000);
});
