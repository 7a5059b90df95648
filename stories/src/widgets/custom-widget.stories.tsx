import { assistantMessage, userMessage } from "@sessionstream/client/testing";
import type { JsonObject } from "@sessionstream/protocol";
import { defineRenderer, type EntityRenderer } from "@sessionstream/react";
import { ChatPanel } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fn, waitFor } from "storybook/test";
import { type HubScene, hubScene, hubSceneOf } from "../stage/scene.ts";
import { PanelFrame } from "../stage/stage.tsx";
import "./order-card.css";

/**
 * A widget of your own: an entity whose kind your server made up, and a renderer for it. Kinds without a renderer get a
 * card that names them; a renderer that throws costs its own card and nothing else.
 */
const meta = {
  title: "Widgets/Custom widget",
  component: ChatPanel,
  args: { header: false },
  render: (args) => (
    <PanelFrame>
      <ChatPanel {...args} />
    </PanelFrame>
  ),
} satisfies Meta<typeof ChatPanel>;

export default meta;
type Story = StoryObj<typeof meta>;

/** The app's renderer: plain React, typed by what its server writes. */
const orderCard = defineRenderer({
  kind: "OrderCard",
  render: ({ entity, payload }) => <OrderCard payload={payload} arriving={entity.open} />,
});

function OrderCard({ payload, arriving }: { readonly payload: JsonObject; readonly arriving: boolean }) {
  const { orderId, status, lines, error } = payload;
  const items = Array.isArray(lines) ? lines.filter((line) => typeof line === "string") : [];
  return (
    <section className="order-card" aria-busy={arriving} aria-label={`Order ${String(orderId)}`}>
      <header>
        <strong>Order {String(orderId)}</strong>
        <span>{arriving ? "Looking it up…" : String(status)}</span>
      </header>
      {typeof error === "string" ? <p>{error}</p> : null}
      {items.length === 0 ? null : (
        <ul>
          {items.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function showOrder({ session }: HubScene, payload: JsonObject, open = false): void {
  session.commit([userMessage({ id: "u1", text: "Show me order 4021." })]);
  session.commit([{ type: "put", kind: "OrderCard", id: "4021", payload: { orderId: "4021", ...payload }, open }]);
  session.commit([assistantMessage({ id: "a1", text: "Here it is. Anything else?" })]);
}

const ITEMS = ["1 × Walnut desk organiser", "3 × Brass page markers"];

/** The entity is still being written. */
export const Streaming: Story = {
  args: { renderers: [orderCard] },
  loaders: [hubScene((scene) => showOrder(scene, { lines: ITEMS.slice(0, 1) }, true))],
  play: async ({ canvas, step, ...context }) => {
    const { session } = hubSceneOf(context);
    const card = await canvas.findByRole("region", { name: "Order 4021" });
    await step("V12 follows its entity until it is settled, in one element", async () => {
      await expect(card).toHaveAttribute("aria-busy", "true");
      session.commit([
        { type: "patch", kind: "OrderCard", id: "4021", set: { lines: ITEMS, status: "Shipped" }, open: false },
      ]);
      await canvas.findByText("Shipped");
      await expect(canvas.getByRole("region", { name: "Order 4021" })).toBe(card);
    });
  },
};

/** Settled. */
export const Ready: Story = {
  args: { renderers: [orderCard] },
  loaders: [hubScene((scene) => showOrder(scene, { status: "Shipped", lines: ITEMS }))],
  play: async ({ canvas, step }) => {
    await step("V05 the app's renderer shows its kind", async () => {
      await expect(await canvas.findByRole("region", { name: "Order 4021" })).toHaveTextContent("Shipped");
      await expect(canvas.getByText("3 × Brass page markers")).toBeVisible();
    });
  },
};

/** The server says that it could not be made: the widget shows it. */
export const Failed: Story = {
  args: { renderers: [orderCard] },
  loaders: [hubScene((scene) => showOrder(scene, { status: "Not available", error: "The order service is away." }))],
  play: async ({ canvas, step }) => {
    await step("V12 shows its own failure", async () => {
      await canvas.findByText("The order service is away.");
    });
  },
};

/** Nobody registered a renderer: the kind is named, its content is one click away, the rest goes on. */
export const UnknownKind: Story = {
  loaders: [hubScene((scene) => showOrder(scene, { status: "Shipped", lines: ITEMS }))],
  play: async ({ canvas, step, userEvent }) => {
    await step("V05 V12 names the kind and keeps its content", async () => {
      await canvas.findByText("This content cannot be shown here (OrderCard)");
      await userEvent.click(canvas.getByText("Details"));
      await expect(canvas.getByText(/"status": "Shipped"/)).toBeVisible();
    });
    await step("V12 the conversation goes on", async () => {
      await expect(canvas.getByText("Here it is. Anything else?")).toBeVisible();
    });
  },
};

/** The same without any content. */
export const UnknownKindWithoutContent: Story = {
  loaders: [hubScene(({ session }) => session.commit([{ type: "put", kind: "ShipmentMap", id: "m1", payload: {} }]))],
  play: async ({ canvas, step }) => {
    await step("V05 an empty payload is no error", async () => {
      await canvas.findByText("This content cannot be shown here (ShipmentMap)");
    });
  },
};

/** A renderer for everything nobody else shows. */
const catchAll = defineRenderer({ kind: "*", render: ({ entity }) => <p>Something of kind {entity.kind}</p> });

/** `"*"` replaces the card for unknown kinds, and only that. */
export const CatchAll: Story = {
  args: { renderers: [catchAll] },
  loaders: [hubScene((scene) => showOrder(scene, { status: "Shipped" }))],
  play: async ({ canvas, step }) => {
    await step("V05 a catch-all leaves the kit's own kinds alone", async () => {
      await canvas.findByText("Something of kind OrderCard");
      await expect(canvas.getByText("Here it is. Anything else?")).toBeVisible();
    });
  },
};

/** Throws until it is mended, as a renderer that meets a payload it did not expect. */
function breakable(): { readonly renderer: EntityRenderer; readonly mend: () => void } {
  let broken = true;
  const renderer = defineRenderer({
    kind: "OrderCard",
    render: ({ payload }) => {
      if (broken) throw new Error("Cannot read the order's currency.");
      return <OrderCard payload={payload} arriving={false} />;
    },
  });
  return {
    renderer,
    mend: () => {
      broken = false;
    },
  };
}

const broken = breakable();

/** It threw. Its card says so, the app is told, and the rest of the conversation does not notice. */
export const BrokenRenderer: Story = {
  args: { renderers: [broken.renderer], onRenderError: fn() },
  loaders: [hubScene((scene) => showOrder(scene, { status: "Shipped", lines: ITEMS }))],
  play: async ({ args, canvas, step, userEvent }) => {
    await step("V06 costs its own card and nothing else", async () => {
      await canvas.findByText("Something went wrong showing this (OrderCard)");
      await expect(canvas.getByText("Show me order 4021.")).toBeVisible();
      await expect(canvas.getByText("Here it is. Anything else?")).toBeVisible();
      await waitFor(() => expect(args.onRenderError).toHaveBeenCalled());
    });
    await step("V06 Retry renders it again", async () => {
      await userEvent.click(canvas.getByRole("button", { name: "Retry" }));
      await canvas.findByText("Something went wrong showing this (OrderCard)");
    });
  },
};

const mendable = breakable();

/** What threw is often gone a moment later: Retry brings the card back. */
export const MendedRenderer: Story = {
  args: { renderers: [mendable.renderer] },
  loaders: [hubScene((scene) => showOrder(scene, { status: "Shipped", lines: ITEMS }))],
  play: async ({ canvas, step, userEvent }) => {
    await step("V06 Retry shows it once it can", async () => {
      const retry = await canvas.findByRole("button", { name: "Retry" });
      mendable.mend();
      await userEvent.click(retry);
      await expect(await canvas.findByRole("region", { name: "Order 4021" })).toHaveTextContent("Shipped");
    });
  },
};
