import type { LocalChange } from "@sessionstream/client";
import { assistantMessage, userMessage } from "@sessionstream/client/testing";
import type { JsonObject } from "@sessionstream/protocol";
import { ChatPanel, defineWidget, type WidgetProps } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { hubScene, hubSceneOf } from "../stage/scene.ts";
import { PanelFrame } from "../stage/stage.tsx";
import "./product-shelf.css";

/**
 * A widget by name: the engine says which one and gives it properties, which may grow; the app says what shows it. For
 * content with a schema of its own, see Custom widget.
 */
const meta = {
  title: "Widgets/Widget instance",
  component: ChatPanel,
  render: (args) => (
    <PanelFrame>
      <ChatPanel {...args} />
    </PanelFrame>
  ),
} satisfies Meta<typeof ChatPanel>;

export default meta;
type Story = StoryObj<typeof meta>;

interface Product {
  readonly name: string;
  readonly price: string;
}

interface Shelf {
  readonly title: string;
  readonly products: readonly Product[];
}

/** The app's component. Any property may still be missing. */
function ProductShelf({ props: { title = "Products", products = [] }, state }: WidgetProps<Shelf>) {
  return (
    <section className="product-shelf" aria-label={title}>
      <h4>{title}</h4>
      <ul>
        {products.map(({ name, price }) => (
          <li key={name}>
            <span>{name}</span>
            <span>{price}</span>
          </li>
        ))}
      </ul>
      {state === "ready" && products.length === 0 ? <p>Nothing found.</p> : null}
    </section>
  );
}

const renderers = [defineWidget("product-shelf", ProductShelf)];

type Status = "STREAMING" | "READY" | "ERROR";

function shelf(status: Status, props: JsonObject, more: { readonly error?: string; readonly name?: string } = {}) {
  const { error = "", name = "product-shelf" } = more;
  const about = { instanceId: "w1", widgetName: name, parentMessageId: "a1", error };
  const payload = { ...about, status: `WIDGET_STATUS_${status}`, props };
  const change: LocalChange = {
    type: "put",
    kind: "ChatWidgetInstance",
    id: "w1",
    payload,
    open: status === "STREAMING",
  };
  return change;
}

const showing = (...changes: readonly LocalChange[]) =>
  hubScene(({ session }) => {
    session.commit([userMessage({ id: "u1", text: "A lamp for a dark corner?" })]);
    session.commit(changes);
    session.commit([assistantMessage({ id: "a1:text:1", text: "These three fit under a slanted roof." })]);
  });

const LAMPS = [
  { name: "Arc floor lamp", price: "€ 149" },
  { name: "Clip-on reading light", price: "€ 29" },
  { name: "Paper lantern", price: "€ 35" },
];

/** Its properties are still coming: the widget grows in its place. */
export const Streaming: Story = {
  args: { header: false, renderers },
  loaders: [showing(shelf("STREAMING", { title: "Lamps", products: LAMPS.slice(0, 1) }))],
  play: async ({ canvas, step, ...context }) => {
    const { session } = hubSceneOf(context);
    const widget = await canvas.findByRole("region", { name: "Lamps" });
    await step("V12 says that it is not complete", async () => {
      await expect(widget.closest("[data-part=widget-instance]")).toHaveAttribute("aria-busy", "true");
    });
    await step("V12 keeps its element while it grows", async () => {
      session.commit([
        {
          type: "patch",
          kind: "ChatWidgetInstance",
          id: "w1",
          set: { props: { title: "Lamps", products: LAMPS.slice(0, 2) } },
        },
      ]);
      await canvas.findByText("Clip-on reading light");
      await expect(canvas.getByRole("region", { name: "Lamps" })).toBe(widget);
    });
  },
};

/** Complete. */
export const Ready: Story = {
  args: { header: false, renderers },
  loaders: [showing(shelf("READY", { title: "Lamps", products: LAMPS }))],
  play: async ({ canvas, step }) => {
    await step("V12 is found by its name", async () => {
      const widget = await canvas.findByRole("region", { name: "Lamps" });
      await expect(widget).toHaveTextContent("Paper lantern");
      await expect(widget.closest("[data-part=widget-instance]")).toHaveAttribute("data-state", "ready");
    });
  },
};

/** Complete, and there was nothing to show. */
export const Empty: Story = {
  args: { header: false, renderers },
  loaders: [showing(shelf("READY", {}))],
  play: async ({ canvas, step }) => {
    await step("V12 a widget without properties is no error", async () => {
      await canvas.findByText("Nothing found.");
    });
  },
};

/** It could not be completed: what had arrived stays, and why stands below. */
export const Failed: Story = {
  args: { header: false, renderers },
  loaders: [
    showing(shelf("ERROR", { title: "Lamps", products: LAMPS.slice(0, 1) }, { error: "The shop did not answer." })),
  ],
  play: async ({ canvas, step }) => {
    await step("V12 names the reason and keeps the rest", async () => {
      await canvas.findByText("The shop did not answer.");
      await expect(canvas.getByText("Arc floor lamp")).toBeVisible();
      await expect(canvas.getByText("These three fit under a slanted roof.")).toBeVisible();
    });
  },
};

/** No component has this name: a newer server, or one that was forgotten. */
export const UnknownWidget: Story = {
  args: { header: false, renderers },
  loaders: [showing(shelf("READY", { city: "Lyon" }, { name: "store-map" }))],
  play: async ({ canvas, step, userEvent }) => {
    await step("V12 names the widget and keeps its properties", async () => {
      await canvas.findByText("This content cannot be shown here (store-map)");
      await userEvent.click(canvas.getByText("Details"));
      await expect(canvas.getByText(/"city": "Lyon"/)).toBeVisible();
    });
  },
};

/** A component that throws costs its own row. */
export const Broken: Story = {
  args: {
    header: false,
    renderers: [
      defineWidget("product-shelf", () => {
        throw new Error("Cannot read the price's currency.");
      }),
    ],
  },
  loaders: [showing(shelf("READY", { title: "Lamps", products: LAMPS }))],
  play: async ({ canvas, step }) => {
    await step("V06 V12 the conversation goes on", async () => {
      await canvas.findByText(/Something went wrong showing this/);
      await expect(canvas.getByText("These three fit under a slanted roof.")).toBeVisible();
    });
  },
};
