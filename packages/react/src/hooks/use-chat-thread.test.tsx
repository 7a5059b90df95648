import { appendText, assistantMessage, run, userMessage } from "@sessionstream/client/testing";
import { entityKey } from "@sessionstream/protocol";
import { act, screen, waitFor } from "@testing-library/react";
import { useEffect } from "react";
import { expect, it } from "vitest";
import { renderWithThread } from "../testing/render-with-thread.tsx";
import { type ChatThreadView, useChatThread } from "./use-chat-thread.ts";
import { useEntity } from "./use-entity.ts";
import { useSessionStream } from "./use-session-stream.ts";

it("V01 shows rows, the four facts and the actions, whose identity outlives every change", async () => {
  const views: ChatThreadView[] = [];
  function Probe() {
    const view = useChatThread();
    views.push(view);
    return <p>{view.rows.length} rows</p>;
  }
  const { session } = renderWithThread(<Probe />);
  await waitFor(() => expect(views.at(-1)?.hydration.type).toBe("ready"));

  act(() => void session.commit([userMessage({ id: "u1", text: "Hi" }), run("r1", "running")]));
  await screen.findByText("1 rows");
  const last = views.at(-1);
  expect(last).toMatchObject({ connection: { type: "open" }, run: { id: "r1", active: true }, pending: [] });
  const actions = ["send", "stop", "retry", "discard", "retryRun", "loadEarlier", "reconnect"] as const;
  for (const action of actions) {
    expect(new Set(views.map((view) => view[action])).size, action).toBe(1);
  }
});

it("V01 an object built by a selector does not render the component again while its parts are the same", async () => {
  let renders = 0;
  function Probe() {
    renders += 1;
    const { hydration } = useSessionStream(({ getStatus }) => ({ hydration: getStatus().hydration.type }));
    return <p>{hydration}</p>;
  }
  const { session } = renderWithThread(<Probe />, { strict: false });
  await screen.findByText("ready");
  const before = renders;
  act(() => void session.commit([userMessage({ id: "u1", text: "Hi" })]));
  await frame();
  expect(renders).toBe(before);
});

it("V02 AT-13 a token renders the entity it belongs to and nothing else", async () => {
  const renders = { a: 0, b: 0, list: 0 };
  function Row({ name }: { readonly name: "a" | "b" }) {
    renders[name] += 1;
    return <p>{String(useEntity(entityKey("ChatMessage", name))?.payload["content"] ?? "")}</p>;
  }
  function List() {
    renders.list += 1;
    return <p>{useChatThread().rows.length} rows</p>;
  }
  const { session } = renderWithThread(
    <>
      <Row name="a" />
      <Row name="b" />
      <List />
    </>,
    { strict: false },
  );
  act(() => {
    session.commit([
      assistantMessage({ id: "a", text: "still" }),
      assistantMessage({ id: "b", text: "grows", streaming: true }),
    ]);
  });
  await screen.findByText("2 rows");
  const before = { ...renders };

  for (const token of [" and", " grows"]) {
    act(() => void session.commit([appendText("b", token)]));
    await frame();
  }
  await screen.findByText("grows and grows");
  expect(renders).toEqual({ ...before, b: before.b + 2 });
});

it("V01 a message sent from a child's first effect arrives", async () => {
  function Greeter() {
    const { send, rows } = useChatThread();
    useEffect(() => void send({ text: "Hello" }), [send]);
    return <p>{rows.length} rows</p>;
  }
  const { hub } = renderWithThread(<Greeter />, { strict: false });
  await screen.findByText("1 rows");
  expect(hub.submissions.map(({ payload }) => payload["prompt"])).toEqual(["Hello"]);
});

/** What the client shows at its next frame is in the page afterwards. */
async function frame(): Promise<void> {
  await act(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}
