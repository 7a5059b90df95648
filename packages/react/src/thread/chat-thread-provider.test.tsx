import {
  type ChatBackend,
  createChatClient,
  createMemoryOutbox,
  defaultPlatform,
  type SessionHandle,
} from "@sessionstream/client";
import { assistantMessage, fakeHub } from "@sessionstream/client/testing";
import { sessionId } from "@sessionstream/protocol";
import { render, screen, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { expect, it, vi } from "vitest";
import { useChatThread } from "../hooks/use-chat-thread.ts";
import { useComposer } from "../hooks/use-composer.ts";
import { useEntity } from "../hooks/use-entity.ts";
import { ChatThreadProvider } from "./chat-thread-provider.tsx";

function counted(backend: ChatBackend) {
  const open = vi.fn((...parameters: Parameters<ChatBackend["open"]>): SessionHandle => backend.open(...parameters));
  return { backend: { ...backend, open }, open };
}

function Status() {
  return <p>{useChatThread().hydration.type}</p>;
}

it("V04 AT-15 StrictMode and 25 consumers open one connection", async () => {
  const { backend, open } = counted(fakeHub().backend);
  render(
    <StrictMode>
      <ChatThreadProvider backend={backend} sessionId="s">
        {Array.from({ length: 25 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list.
          <Status key={index} />
        ))}
      </ChatThreadProvider>
    </StrictMode>,
  );
  await waitFor(() => expect(screen.getAllByText("ready")).toHaveLength(25));
  expect(open).toHaveBeenCalledTimes(1);
});

it("V04 a tree that is unmounted and mounted again within a second keeps its connection", async () => {
  const { backend, open } = counted(fakeHub().backend);
  const client = createChatClient({ backend, platform: defaultPlatform() });
  const tree = (
    <ChatThreadProvider client={client} sessionId="s">
      <Status />
    </ChatThreadProvider>
  );
  const first = render(tree);
  await screen.findByText("ready");
  first.unmount();
  render(tree);
  await screen.findByText("ready");
  expect(open).toHaveBeenCalledTimes(1);
});

it("V03 another backend, renderers or labels written inline do not connect again", async () => {
  const first = counted(fakeHub().backend);
  const second = counted(fakeHub().backend);
  const tree = (backend: ChatBackend) => (
    <ChatThreadProvider backend={{ ...backend }} sessionId="s" renderers={[]} labels={{ title: "T" }}>
      <Status />
    </ChatThreadProvider>
  );
  const { rerender } = render(tree(first.backend));
  await screen.findByText("ready");
  rerender(tree(second.backend));
  await screen.findByText("ready");
  expect(first.open).toHaveBeenCalledTimes(1);
  expect(second.open).not.toHaveBeenCalled();
});

it("K32 what waits in the outbox it was given is shown and sent", async () => {
  const session = sessionId("s");
  const outbox = createMemoryOutbox();
  const nobody = { items: () => undefined, turn: () => undefined, heard: () => undefined };
  const payload = { prompt: "written before" };
  const item = { session, commandId: "c", text: "written before", createdAt: 0, payload, epoch: "", failure: null };
  await outbox.join(session, nobody).put(item);
  const hub = fakeHub();
  render(
    <ChatThreadProvider backend={hub.backend} outbox={outbox} sessionId="s">
      <Status />
    </ChatThreadProvider>,
  );
  await waitFor(() => expect(hub.submissions.map(({ commandId }) => commandId)).toEqual(["c"]));
});

it("V28 another session never shows what belongs to the one before, in no render", async () => {
  const hub = fakeHub();
  for (const name of ["a", "b"])
    hub.session(sessionId(name)).commit([assistantMessage({ id: "m", text: `text of ${name}` })]);
  const seen: string[] = [];
  function Thread({ name }: { readonly name: string }) {
    const { rows } = useChatThread();
    const { text, setText } = useComposer();
    const first = rows[0];
    const content = useEntity(first?.type === "entity" ? first.entity : undefined)?.payload["content"];
    seen.push(`${name}: ${String(content ?? "")}${text}`);
    return (
      <button type="button" onClick={() => setText(` draft in ${name}`)}>
        {String(content ?? "nothing")}
      </button>
    );
  }
  const client = createChatClient({ backend: hub.backend, platform: defaultPlatform() });
  const tree = (name: string) => (
    <ChatThreadProvider client={client} sessionId={name}>
      <Thread name={name} />
    </ChatThreadProvider>
  );
  const { rerender } = render(tree("a"));
  (await screen.findByText("text of a")).click();
  await waitFor(() => expect(seen.at(-1)).toBe("a: text of a draft in a"));

  rerender(tree("b"));
  await screen.findByText("text of b");
  expect(seen.filter((line) => line.startsWith("b") && / a\b/.test(line))).toEqual([]);
});

it("V01 a hook outside of a provider says what to do", () => {
  const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
  expect(() => render(<Status />)).toThrow(/ChatThreadProvider/);
  silent.mockRestore();
});
