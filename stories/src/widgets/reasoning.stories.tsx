import { appendText, finishText, reasoning } from "@sessionstream/client/testing";
import { Reasoning } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { hubScene, hubSceneOf } from "../stage/scene.ts";
import { RowsOnSurface } from "../stage/stage.tsx";

/** What a model thought before it answered. Folded: it is there for whoever wants to know. */
const meta = {
  title: "Widgets/Reasoning",
  component: RowsOnSurface,
  subcomponents: { Reasoning },
} satisfies Meta<typeof RowsOnSurface>;

export default meta;
type Story = StoryObj<typeof meta>;

const THOUGHT =
  "The customer asks about order 4021. I should look it up before I say anything about its state.\n\nThe carrier's last scan decides: if it is **in transit**, I can name a day.";

/** Still thinking. Unfolded it grows like an answer. */
export const Streaming: Story = {
  loaders: [
    hubScene(({ session }) => session.commit([reasoning({ id: "a1:thinking:1", text: THOUGHT, streaming: true })])),
  ],
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { session } = hubSceneOf(context);
    await step("V07 grows while it is unfolded", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Thinking…" }));
      session.commit([appendText("a1:thinking:1", " Friday, most likely.")]);
      await canvas.findByText(/Friday, most likely\./);
    });
  },
};

/** Done, and out of the way. */
export const Collapsed: Story = {
  loaders: [hubScene(({ session }) => session.commit([reasoning({ id: "a1:thinking:1", text: THOUGHT })]))],
  play: async ({ canvas, step }) => {
    await step("V07 shows a line and none of the text", async () => {
      await expect(await canvas.findByRole("button", { name: "Thoughts" })).toHaveAttribute("aria-expanded", "false");
      await expect(canvas.queryByText(/The customer asks/)).not.toBeInTheDocument();
    });
  },
};

/** Unfolded, by mouse or by keyboard. */
export const Expanded: Story = {
  ...Collapsed,
  play: async ({ canvas, step, userEvent }) => {
    const toggle = await canvas.findByRole("button", { name: "Thoughts" });
    await step("V22 Enter folds and unfolds it, and the focus stays", async () => {
      toggle.focus();
      await userEvent.keyboard("{Enter}");
      await expect(toggle).toHaveAttribute("aria-expanded", "true");
      await canvas.findByText(/The customer asks/);
      await userEvent.keyboard("{Enter}");
      await expect(canvas.queryByText(/The customer asks/)).not.toBeInTheDocument();
      await userEvent.keyboard("{Enter}");
      await expect(toggle).toHaveFocus();
    });
  },
};

/** It finished while the reader followed it: it stays unfolded. */
export const FinishedWhileOpen: Story = {
  ...Streaming,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { session } = hubSceneOf(context);
    await step("V07 stays as the reader left it", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Thinking…" }));
      session.commit([finishText("a1:thinking:1")]);
      const toggle = await canvas.findByRole("button", { name: /^Thought/ });
      await expect(toggle).toHaveAttribute("aria-expanded", "true");
      await expect(canvas.getByText(/The customer asks/)).toBeVisible();
    });
  },
};
