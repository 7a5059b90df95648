import { assistantMessage } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { ChatPanel, LoadFailed } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";
import { hubScene, hubSceneOf } from "../stage/scene.ts";
import { PanelFrame, type SurfaceProps } from "../stage/stage.tsx";

/** A conversation that could not be loaded. Nothing about it looks like one without messages, and nothing can be written. */
const meta = {
  title: "States/Load failed",
  subcomponents: { LoadFailed },
  render: ({ theme }) => (
    <PanelFrame>
      <ChatPanel theme={theme} suggestions={["Where is my order?"]} />
    </PanelFrame>
  ),
} satisfies Meta<SurfaceProps>;

export default meta;
type Story = StoryObj<SurfaceProps>;

/** Why, and one thing to do. */
export const Failed: Story = {
  loaders: [
    hubScene(({ hub, session }) => {
      session.commit([assistantMessage({ id: "a1", text: "Here it is again." })]);
      hub.failLoads(new SessionStreamError("storage_unavailable", "The conversation's database did not answer."));
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("AT-9 shows the error, never the greeting", async () => {
      await canvas.findByRole("heading", { name: "This conversation could not be loaded" });
      await expect(canvas.getByText("The server is busy. Try again in a moment.")).toBeVisible();
      await expect(canvas.queryByText("Where is my order?")).not.toBeInTheDocument();
      await expect(canvas.getByRole("textbox")).toBeDisabled();
    });
    await step("AT-22 V22 is announced at once", async () => {
      await waitFor(() => expect(canvas.getByRole("alert")).toHaveTextContent("This conversation could not be loaded"));
    });
  },
};

/** Retry once the database is back. */
export const Retried: Story = {
  ...Failed,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("AT-9 Retry loads it", async () => {
      const retry = await canvas.findByRole("button", { name: "Retry" });
      hub.healLoads();
      await userEvent.click(retry);
      await canvas.findByText("Here it is again.");
      await expect(canvas.getByRole("textbox")).toBeEnabled();
    });
  },
};

/** Retry while it is still away: the same again, not an empty chat. */
export const RetriedInVain: Story = {
  ...Failed,
  play: async ({ canvas, step, userEvent }) => {
    await step("AT-9 a failed retry fails visibly", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Retry" }));
      await canvas.findByRole("button", { name: "Retry" });
      await expect(canvas.queryByText("Where is my order?")).not.toBeInTheDocument();
    });
  },
};
