import { CHAT_KINDS, type LocalChange, toolResultPayload } from "@sessionstream/client";
import { toolResult } from "@sessionstream/client/testing";
import { ToolResult } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { hubScene } from "../stage/scene.ts";
import { RowsOnSurface } from "../stage/stage.tsx";

/** What a tool returned. Part of its call's card; a card of its own only where the call is out of reach, as here. */
const meta = {
  title: "Widgets/Tool result",
  component: RowsOnSurface,
  subcomponents: { ToolResult },
} satisfies Meta<typeof RowsOnSurface>;

export default meta;
type Story = StoryObj<typeof meta>;

const result = (change: LocalChange) => hubScene(({ session }) => session.commit([change]));

const ORDER = {
  id: "4021",
  status: "shipped",
  total: 61.5,
  giftWrap: false,
  note: null,
  carrier: { name: "Colissimo", tracking: "8R0042311857" },
  items: [
    { sku: "DESK-WAL-01", quantity: 1 },
    { sku: "MARK-BRS-03", quantity: 3 },
  ],
};

/** A tree that opens level by level, by keyboard too. */
export const Json: Story = {
  loaders: [result(toolResult("t1", "lookup_order", JSON.stringify(ORDER)))],
  play: async ({ canvas, step, userEvent }) => {
    await step("V10 deeper levels open on demand", async () => {
      await expect(await canvas.findByText('"shipped"')).toBeVisible();
      await expect(canvas.getByText('"Colissimo"')).not.toBeVisible();
      await userEvent.click(canvas.getByText("carrier:"));
      await expect(canvas.getByText('"Colissimo"')).toBeVisible();
    });
  },
};

/** A huge result shows its beginning, and how much more there is. */
export const LargeJson: Story = {
  loaders: [result(toolResult("t1", "list_orders", JSON.stringify(Array.from({ length: 250 }, (_, n) => 4000 + n))))],
  play: async ({ canvas, step }) => {
    await step("V10 is bounded", async () => {
      await canvas.findByText("150 more items");
      await expect(canvas.queryByText("4249")).not.toBeInTheDocument();
    });
  },
};

const LOG = `22:10:04  LYON-03      scanned   8R0042311857
06:45:31  VILLEURB-01  loaded    8R0042311857
09:30:00  LYON-3E      planned   8R0042311857`;

/** Not JSON: shown in its own lines. It is data, so never read as markdown. */
export const Text: Story = {
  loaders: [result(toolResult("t1", "scan_log", `${LOG}\n**not bold**`))],
  play: async ({ canvas, step }) => {
    await step("V10 is plain text", async () => {
      await expect(await canvas.findByRole("group", { name: "Result" })).toHaveTextContent("**not bold**");
    });
  },
};

/** It returned nothing, and says so. */
export const Empty: Story = {
  loaders: [result(toolResult("t1", "notify_customer", ""))],
  play: async ({ canvas, step }) => {
    await step("V10 says that there is no output", async () => {
      await canvas.findByText("No output");
    });
  },
};

/** It returned an error. */
export const Failed: Story = {
  loaders: [
    result({
      type: "put",
      kind: CHAT_KINDS.toolResult,
      id: "t1:result",
      payload: toolResultPayload({
        toolCallId: "t1",
        toolName: "lookup_order",
        status: "failed",
        error: "The order service did not answer within 10 s.",
      }),
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V10 names the error", async () => {
      await canvas.findByText("The order service did not answer within 10 s.");
      await expect(canvas.getByText("Failed")).toBeVisible();
    });
  },
};
