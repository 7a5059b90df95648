import { createChatClient, defaultPlatform } from "@sessionstream/client";
import { createManualPlatform, fakeHub } from "@sessionstream/client/testing";
import { type SessionId, sessionId } from "@sessionstream/protocol";
import { act, render } from "@testing-library/react";
import { expect, it } from "vitest";
import { type ComposerView, useComposer } from "../hooks/use-composer.ts";
import { ChatThreadProvider } from "../thread/chat-thread-provider.tsx";

/** The same numbers each time, so that a failure is found again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

it("AT-10 V28 200 times typed, sent and gone to another thread within 50 ms: each message is in its own", async () => {
  const platform = createManualPlatform();
  const hub = fakeHub({ platform, latencyMs: 200 });
  const client = createChatClient({ backend: hub.backend, platform: { ...defaultPlatform(), ...platform } });
  const random = numbers(7);
  let composer: ComposerView | undefined;
  function Probe() {
    composer = useComposer();
    return null;
  }
  const tree = (id: SessionId) => (
    <ChatThreadProvider client={client} sessionId={id}>
      <Probe />
    </ChatThreadProvider>
  );
  const threads = Array.from({ length: 12 }, (_, at) => sessionId(`thread-${at}`));
  const at = (index: number) => threads[index] ?? sessionId("none");
  const sent = new Map(threads.map((id) => [id, [] as string[]]));
  const { rerender } = render(tree(at(0)));

  for (let turn = 0; turn < 200; turn += 1) {
    const id = at(random(threads.length));
    await act(async () => rerender(tree(id)));
    const text = `${turn} for ${id}`;
    await act(async () => composer?.setText(text));
    await act(async () => composer?.submit());
    sent.get(id)?.push(text);
    await act(async () => platform.advance(random(50)));
  }
  for (let step = 0; step < 100; step += 1) await act(async () => platform.advance(100));

  for (const id of threads) {
    const said = hub
      .session(id)
      .log()
      .entities()
      .filter(({ kind }) => kind === "ChatMessage")
      .map(({ payload }) => payload["content"]);
    expect(said).toEqual(sent.get(id));
  }
});
