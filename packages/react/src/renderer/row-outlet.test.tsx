import type { LocalChange } from "@sessionstream/client";
import { assistantMessage, userMessage } from "@sessionstream/client/testing";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { ChatPanel } from "../kit/chat-panel.tsx";
import { renderWithThread } from "../testing/render-with-thread.tsx";
import { defineRenderer } from "./define-renderer.ts";

const card = (kind: string, payload: Record<string, string> = {}, open = false): LocalChange => ({
  type: "put",
  kind,
  id: kind,
  payload,
  open,
});

it("V05 a renderer is found by kind, scoped to its provider, and wins over the kit's", async () => {
  const renderers = [
    defineRenderer({ kind: "WeatherCard", render: ({ payload }) => <p>It is {String(payload["sky"])}</p> }),
    defineRenderer({ kind: "ChatMessage", render: () => <p>mine</p> }),
  ];
  const commit = [card("WeatherCard", { sky: "clear" }), userMessage({ id: "u", text: "theirs" })];

  const first = renderWithThread(<ChatPanel renderers={renderers} />);
  act(() => void first.session.commit(commit));
  await screen.findByText("It is clear");
  screen.getByText("mine");
  first.unmount();

  const second = renderWithThread(<ChatPanel />);
  act(() => void second.session.commit(commit));
  await screen.findByText("theirs");
  expect(screen.queryByText("It is clear")).toBeNull();
});

it("V05 L8 a kind nobody knows is named, shows its content, and costs the thread nothing", async () => {
  const { session } = renderWithThread(<ChatPanel />);
  act(
    () => void session.commit([card("StockTicker", { symbol: "ACME" }), userMessage({ id: "u", text: "still here" })]),
  );
  await screen.findByText(/StockTicker/);
  // Code reads from left to right in every language.
  expect(screen.getByText(/"symbol": "ACME"/)).toHaveAttribute("dir", "ltr");
  screen.getByText("still here");
});

it("V05 the wildcard renders every unknown kind, and null hides one", async () => {
  const renderers = [
    defineRenderer({ kind: "*", render: ({ entity }) => <p>any {entity.kind}</p> }),
    defineRenderer({ kind: "Secret", component: null }),
  ];
  const { session, container } = renderWithThread(<ChatPanel renderers={renderers} />);
  act(() => void session.commit([card("Poll"), card("Secret"), userMessage({ id: "u", text: "hello" })]));
  await screen.findByText("any Poll");
  screen.getByText("hello");
  expect(container.textContent).not.toContain("Secret");
});

it("V06 L12 a renderer that throws costs its own card, is reported, and can be tried again", async () => {
  const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
  let broken = true;
  const renderers = [
    defineRenderer({
      kind: "Fragile",
      render: () => {
        if (broken) throw new Error("no data yet");
        return <p>whole again</p>;
      },
    }),
  ];
  const onRenderError = vi.fn();
  const { session } = renderWithThread(<ChatPanel renderers={renderers} onRenderError={onRenderError} />);
  act(() => void session.commit([card("Fragile"), userMessage({ id: "u", text: "unharmed" })]));

  await screen.findByText(/Something went wrong showing this \(Fragile\)/);
  screen.getByText("unharmed");
  expect(onRenderError).toHaveBeenCalledWith(expect.any(Error), expect.objectContaining({ kind: "Fragile" }));

  broken = false;
  fireEvent.click(screen.getByRole("button", { name: "Retry" }));
  await screen.findByText("whole again");
  silent.mockRestore();
});

it("V06 an entity that settles is tried again by itself", async () => {
  const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const renderers = [
    defineRenderer({
      kind: "Chart",
      render: ({ payload }) => <p>{JSON.parse(String(payload["data"])).length} points</p>,
    }),
  ];
  const { session } = renderWithThread(<ChatPanel renderers={renderers} />);
  act(() => void session.commit([card("Chart", { data: "[1,2" }, true)]));
  await screen.findByText(/Something went wrong/);
  act(() => void session.commit([card("Chart", { data: "[1,2,3]" })]));
  await screen.findByText("3 points");
  silent.mockRestore();
});

it("V06 a handler of render errors that throws does not take the thread down", async () => {
  const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const renderers = [
    defineRenderer({
      kind: "Fragile",
      render: () => {
        throw new Error("first");
      },
    }),
  ];
  const { session } = renderWithThread(
    <ChatPanel
      renderers={renderers}
      onRenderError={() => {
        throw new Error("second");
      }}
    />,
  );
  act(() => void session.commit([card("Fragile"), assistantMessage({ id: "a", text: "still talking" })]));
  await screen.findByText("still talking");
  await waitFor(() => expect(reported).toHaveBeenCalled());
  silent.mockRestore();
  vi.unstubAllGlobals();
});
