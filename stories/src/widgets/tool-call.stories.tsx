import { run, toolCall, toolResult } from "@sessionstream/client/testing";
import { ToolCall } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { hubScene, hubSceneOf } from "../stage/scene.ts";
import { RowsOnSurface } from "../stage/stage.tsx";

/**
 * A tool the model called. One card for the call and its result: what ran and how it went at a glance, input and result
 * on demand.
 */
const meta = {
  title: "Widgets/Tool call",
  component: RowsOnSurface,
  subcomponents: { ToolCall },
} satisfies Meta<typeof RowsOnSurface>;

export default meta;
type Story = StoryObj<typeof meta>;

const INPUT = JSON.stringify({ orderId: "4021", include: ["tracking", "items"] });
const RESULT = JSON.stringify({ id: "4021", status: "shipped", carrier: { name: "Colissimo" }, items: 2 });

interface CallFields {
  readonly input?: string;
  readonly error?: string;
}

const call = (status: string, { input = INPUT, error = "" }: CallFields = {}) =>
  hubScene(({ session }) => session.commit([toolCall("t1", { toolName: "lookup_order", input, status, error })]));

/** The story of a status: its word is on the card, and the input is one click away. */
function inStatus(status: string, word: string): Story {
  return {
    loaders: [call(status)],
    play: async ({ canvas, step, userEvent }) => {
      await step(`V09 says "${word}"`, async () => {
        await canvas.findByText(word);
      });
      await step("V09 unfolds to its input", async () => {
        const header = canvas.getByRole("button", { name: /lookup_order/ });
        await expect(header).toHaveAttribute("aria-expanded", "false");
        await userEvent.click(header);
        await expect(canvas.getByRole("group", { name: "Input" })).toHaveTextContent('"orderId": "4021"');
        await userEvent.click(header);
        await expect(canvas.queryByRole("group", { name: "Input" })).not.toBeInTheDocument();
      });
    },
  };
}

/** The model is still writing the input: what is there is shown as it is. */
export const Started: Story = {
  loaders: [call("started", { input: '{"orderId": "40' })],
  play: async ({ canvas, step, userEvent }) => {
    await step("V09 half an input is no error", async () => {
      await canvas.findByText("Preparing");
      await userEvent.click(canvas.getByRole("button", { name: /lookup_order/ }));
      await expect(canvas.getByRole("group", { name: "Input" })).toHaveTextContent('{"orderId": "40');
    });
  },
};

/** Asked for, and waiting for somebody's word on it. */
export const Requested: Story = {
  ...inStatus("requested", "Requested"),
  loaders: [
    hubScene(({ session }) =>
      session.commit([
        run("r1", "awaiting-input"),
        toolCall("t1", { toolName: "lookup_order", input: INPUT, status: "requested" }),
      ]),
    ),
  ],
};

/** Asked for while the answer goes on: nothing holds it. */
export const RequestedAtWork: Story = {
  ...inStatus("requested", "Running"),
  loaders: [
    hubScene(({ session }) =>
      session.commit([
        run("r1", "running"),
        toolCall("t1", { toolName: "lookup_order", input: INPUT, status: "requested" }),
      ]),
    ),
  ],
};

/** Under way. */
export const Running: Story = inStatus("running", "Running");

/** Done. Unfolded it shows what went in and what came out. */
export const Completed: Story = {
  loaders: [
    hubScene(({ session }) => {
      session.commit([toolCall("t1", { toolName: "lookup_order", input: INPUT, status: "completed" })]);
      session.commit([toolResult("t1", "lookup_order", RESULT)]);
    }),
  ],
  play: async ({ canvas, canvasElement, step, userEvent }) => {
    await step("V09 V10 the result is in the call's own card", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: /lookup_order/ }));
      await canvas.findByText('"Colissimo"');
      await expect(canvasElement.querySelectorAll("[data-part=card]")).toHaveLength(1);
    });
  },
};

/** From running to done before the reader's eyes: the card stays the same element, and stays unfolded. */
export const CompletesWhileOpen: Story = {
  ...Running,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { session } = hubSceneOf(context);
    const header = await canvas.findByRole("button", { name: /lookup_order/ });
    await step("V09 stays unfolded while its state changes", async () => {
      await userEvent.click(header);
      session.commit([toolCall("t1", { toolName: "lookup_order", input: INPUT, status: "completed" })]);
      session.commit([toolResult("t1", "lookup_order", RESULT)]);
      await canvas.findByText("Done");
      await canvas.findByText('"Colissimo"');
      await expect(canvas.getByRole("button", { name: /lookup_order/ })).toBe(header);
    });
  },
};

/** It ran and failed; why stands inside. */
export const Failed: Story = {
  loaders: [call("failed", { error: "There is no order 4021 in this shop." })],
  play: async ({ canvas, step, userEvent }) => {
    await step("V09 names the reason", async () => {
      await canvas.findByText("Failed");
      await userEvent.click(canvas.getByRole("button", { name: /lookup_order/ }));
      await canvas.findByText("There is no order 4021 in this shop.");
    });
  },
};

/** Somebody said no. */
export const Denied: Story = inStatus("denied", "Denied");

/** Taken back before it ran. */
export const Cancelled: Story = inStatus("cancelled", "Cancelled");

/** The server went away while it ran. */
export const Interrupted: Story = inStatus("interrupted", "Interrupted");

/** A status of a newer server is shown by its own name. */
export const UnknownStatus: Story = inStatus("throttled", "throttled");

/** A name longer than the card. */
export const LongName: Story = {
  loaders: [
    hubScene(({ session }) =>
      session.commit([
        toolCall("t1", {
          toolName: "warehouse_inventory_service__find_alternative_pickup_points_near_delivery_address_v2",
          input: INPUT,
          status: "running",
        }),
      ]),
    ),
  ],
  play: async ({ canvas, step }) => {
    await step("V09 the state stays in view", async () => {
      const pill = await canvas.findByText("Running");
      await expect(pill.getBoundingClientRect().right).toBeLessThan(document.documentElement.clientWidth);
    });
  },
};
