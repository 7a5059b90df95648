import { ChatPanel, EmptyState } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";
import { hubScene, hubSceneOf } from "../stage/scene.ts";
import { PanelFrame } from "../stage/stage.tsx";

/** A conversation that was loaded and has no messages: an invitation. */
const meta = {
  title: "States/Empty",
  component: ChatPanel,
  subcomponents: { EmptyState },
  render: (args) => (
    <PanelFrame>
      <ChatPanel {...args} />
    </PanelFrame>
  ),
} satisfies Meta<typeof ChatPanel>;

export default meta;
type Story = StoryObj<typeof meta>;

/** The kit's greeting. */
export const Greeting: Story = {
  loaders: [hubScene()],
  play: async ({ canvas, step }) => {
    await step("V22 greets with a heading, and can be written to", async () => {
      await canvas.findByRole("heading", { name: "How can I help?" });
      await expect(canvas.getByRole("textbox", { name: "Message" })).toBeEnabled();
    });
  },
};

/** Questions to begin with. Each is sent as it stands. */
export const Suggestions: Story = {
  args: { suggestions: ["Where is my order?", "I want to return something", "Change my address"] },
  loaders: [hubScene()],
  play: async ({ canvas, step }) => {
    await step("V22 suggestions are a list of buttons", async () => {
      await canvas.findByRole("button", { name: "I want to return something" });
      await expect(canvas.getAllByRole("listitem")).toHaveLength(3);
    });
  },
};

/** After one was pressed. */
export const SuggestionSent: Story = {
  ...Suggestions,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("V14 a suggestion is sent, once", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Change my address" }));
      await waitFor(() => expect(hub.submissions).toHaveLength(1));
      await expect(hub.submissions[0]?.payload).toEqual({ prompt: "Change my address" });
      await canvas.findByText("Change my address");
      await expect(canvas.queryByRole("heading", { name: "How can I help?" })).not.toBeInTheDocument();
    });
  },
};

/** A greeting of your own. */
export const OwnGreeting: Story = {
  args: {
    emptyState: (
      <EmptyState
        title="Walnut & Brass support"
        body="We answer in English, French and Arabic, every day from eight to eight."
        suggestions={["Track a parcel"]}
      />
    ),
  },
  loaders: [hubScene()],
  play: async ({ canvas, step }) => {
    await step("V20 the greeting is a slot", async () => {
      await canvas.findByRole("heading", { name: "Walnut & Brass support" });
    });
  },
};
