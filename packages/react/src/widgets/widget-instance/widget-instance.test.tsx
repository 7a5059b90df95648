import type { LocalChange } from "@sessionstream/client";
import { userMessage } from "@sessionstream/client/testing";
import type { JsonObject } from "@sessionstream/protocol";
import { act, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { ChatPanel } from "../../kit/chat-panel.tsx";
import { defineRenderer } from "../../renderer/define-renderer.ts";
import { renderWithThread } from "../../testing/render-with-thread.tsx";
import { defineWidget, type WidgetProps } from "./define-widget.tsx";

interface Fields {
  readonly status?: string;
  readonly widgetName?: string;
  readonly props?: JsonObject;
  readonly error?: string;
}

function instance(id: string, { status = "READY", ...fields }: Fields = {}): LocalChange {
  const payload = { instanceId: id, widgetName: "carousel", parentMessageId: "m", props: {}, error: "", ...fields };
  const open = status === "DRAFT" || status === "STREAMING";
  return {
    type: "put",
    kind: "ChatWidgetInstance",
    id,
    payload: { ...payload, status: status === "" ? "" : `WIDGET_STATUS_${status}` },
    open,
  };
}

interface Carousel {
  readonly title: string;
  readonly items: readonly string[];
}

function Carousel({ state, props: { title, items = [] }, instanceId, error }: WidgetProps<Carousel>) {
  return (
    <p>
      {title} {instanceId} is {state}: {items.join(", ")} {error}
    </p>
  );
}

const carousel = defineWidget("carousel", Carousel);

function open(...changes: readonly LocalChange[]) {
  const thread = renderWithThread(<ChatPanel renderers={[carousel]} />);
  act(() => void thread.session.commit([userMessage({ id: "u", text: "unharmed" }), ...changes]));
  const outlet = () => thread.container.querySelector("[data-part=widget-instance]");
  return { ...thread, outlet };
}

it("V12 a widget is found by its name and follows its instance, in one element, until it is ready", async () => {
  const { session, outlet } = open(instance("w", { status: "STREAMING", props: { title: "Lamps" } }));
  const element = await screen.findByText("Lamps w is streaming:");
  expect(outlet()).toHaveAttribute("aria-busy", "true");
  act(() => void session.commit([instance("w", { props: { title: "Lamps", items: ["tall", "small"] } })]));
  expect(await screen.findByText("Lamps w is ready: tall, small")).toBe(element);
  expect(outlet()).toHaveAttribute("data-state", "ready");
  expect(outlet()).toHaveAttribute("aria-busy", "false");
});

it("V12 a failed widget keeps what it had and says why, or at least that", async () => {
  const { session, outlet } = open(
    instance("w", { status: "ERROR", props: { items: ["tall"] }, error: "Shop closed." }),
  );
  await screen.findByText("w is failed: tall Shop closed.");
  expect(outlet()).toHaveTextContent("Error: Shop closed.");
  act(() => void session.commit([instance("w", { status: "ERROR" })]));
  await screen.findByText("This could not be completed");
});

it("V12 L8 a widget nobody knows is named and keeps its properties, or goes to the catch-all", async () => {
  const unknown = instance("w", { widgetName: "map", props: { city: "Lyon" } });
  const first = open(unknown);
  await screen.findByText("This content cannot be shown here (map)");
  screen.getByText(/"city": "Lyon"/);
  screen.getByText("unharmed");
  first.unmount();

  const anything = defineRenderer({ kind: "*", render: ({ payload }) => <p>any {String(payload["widgetName"])}</p> });
  const second = renderWithThread(<ChatPanel renderers={[anything]} />);
  act(() => void second.session.commit([unknown]));
  await screen.findByText("any map");
});

it("V06 V12 a widget that throws costs its own row", async () => {
  const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const broken = defineWidget("broken", () => {
    throw new Error("no currency");
  });
  const { session } = renderWithThread(<ChatPanel renderers={[broken, carousel]} />);
  act(
    () => void session.commit([instance("v", { widgetName: "broken" }), instance("w", { props: { title: "Lamps" } })]),
  );
  await screen.findByText(/Something went wrong showing this/);
  screen.getByText(/Lamps w is ready/);
  silent.mockRestore();
});

it.each([
  ["DRAFT", "streaming"],
  ["PAUSED", "ready"],
  ["", "ready"],
])("V12 the status %j reads as %s", async (status, state) => {
  open(instance("w", { status }));
  await screen.findByText(`w is ${state}:`);
});
