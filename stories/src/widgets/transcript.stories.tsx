import { appendText, assistantMessage, userMessage } from "@sessionstream/client/testing";
import { Transcript } from "@sessionstream/react";
import { FINISHED_TURN, longThread } from "@sessionstream/react/testing";
import { ChatPanel } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";
import { hubScene, hubSceneOf } from "../stage/scene.ts";
import { PanelFrame, type SurfaceProps } from "../stage/stage.tsx";

/**
 * The rows of a conversation. It follows its end until the reader goes up, and never moves what is being read. A log for
 * a screen reader, whose live announcements are the announcer's business.
 */
const meta = {
  title: "Widgets/Transcript",
  component: Transcript,
  render: ({ theme }) => (
    <PanelFrame height="part">
      <ChatPanel theme={theme} header={false} />
    </PanelFrame>
  ),
} satisfies Meta<SurfaceProps>;

export default meta;
type Story = StoryObj<SurfaceProps>;

const distanceToEnd = (log: HTMLElement) => log.scrollHeight - log.clientHeight - log.scrollTop;
const topOf = (element: Element) => element.getBoundingClientRect().top;

function rowInView(log: HTMLElement): Element {
  const row = [...log.querySelectorAll("[data-part=row]")].find((candidate) => topOf(candidate) >= topOf(log));
  if (row === undefined) throw new Error("No row is in view.");
  return row;
}

/** Two rows: they begin at the top. */
export const Short: Story = {
  loaders: [
    hubScene(({ session }) => {
      session.commit([userMessage({ id: "u1", text: "Is the shop open on Sunday?" })]);
      session.commit([assistantMessage({ id: "a1", text: "From ten to four." })]);
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V22 is a log that does not speak by itself, and a keyboard reaches it", async () => {
      const log = await canvas.findByRole("log", { name: "Conversation" });
      await expect(log).toHaveAttribute("aria-live", "off");
      await expect(log).toHaveAttribute("tabindex", "0");
    });
  },
};

/** A turn with reasoning, a tool and a long answer. */
export const RichTurn: Story = {
  loaders: [hubScene(({ session }) => FINISHED_TURN.forEach((commit) => void session.commit(commit)))],
  play: async ({ canvas, step }) => {
    await step("V16 begins at its end", async () => {
      const log = await canvas.findByRole("log");
      await waitFor(() => expect(distanceToEnd(log)).toBeLessThanOrEqual(1));
      await expect(log.scrollTop).toBeGreaterThan(0);
    });
  },
};

/** Five hundred messages. The page holds the newest hundred rows and grows as the reader goes up. */
export const Long: Story = {
  loaders: [hubScene(({ session }) => longThread(250).forEach((commit) => void session.commit(commit)))],
  play: async ({ canvas, canvasElement, step, ...context }) => {
    const { session } = hubSceneOf(context);
    const log = await canvas.findByRole("log");
    await step("V27 V16 shows its end with a bounded number of rows", async () => {
      await canvas.findByText("Question 250: what changed in release 250?");
      await expect(canvasElement.querySelectorAll("[data-part=row]").length).toBeLessThanOrEqual(101);
      await waitFor(() => expect(distanceToEnd(log)).toBeLessThanOrEqual(1));
    });
    await step("V16 follows what arrives", async () => {
      session.commit([assistantMessage({ id: "late", text: "One more thing." })]);
      await canvas.findByText("One more thing.");
      await waitFor(() => expect(distanceToEnd(log)).toBeLessThanOrEqual(1));
    });
  },
};

/** The reader went up: the place is kept while text arrives below, and a button leads back. */
export const Detached: Story = {
  loaders: [hubScene(({ session }) => longThread(20).forEach((commit) => void session.commit(commit)))],
  play: async ({ canvas, step, ...context }) => {
    const { session } = hubSceneOf(context);
    const log = await canvas.findByRole("log");
    await waitFor(() => expect(distanceToEnd(log)).toBeLessThanOrEqual(1));
    log.scrollTop -= 600;
    await canvas.findByRole("button", { name: "Jump to latest" });
    await step("V16 what is read does not move", async () => {
      const read = rowInView(log);
      const place = topOf(read);
      session.commit([assistantMessage({ id: "late", text: "One more thing.", streaming: true })]);
      await canvas.findByText("One more thing.");
      session.commit([appendText("late", " And another.")]);
      await canvas.findByText("One more thing. And another.");
      await expect(Math.abs(topOf(read) - place)).toBeLessThanOrEqual(1);
    });
  },
};

/** The button leads back, by keyboard too, and hands the focus to the log. */
export const JumpedToLatest: Story = {
  ...Detached,
  play: async ({ canvas, step, userEvent }) => {
    const log = await canvas.findByRole("log");
    await waitFor(() => expect(distanceToEnd(log)).toBeLessThanOrEqual(1));
    await step("V17 is there only while the reader is elsewhere", async () => {
      await expect(canvas.queryByRole("button", { name: "Jump to latest" })).not.toBeInTheDocument();
      log.scrollTop -= 600;
      await canvas.findByRole("button", { name: "Jump to latest" });
    });
    await step("V17 one Tab back from the composer leads to it, and Enter to the end", async () => {
      canvas.getByRole("textbox").focus();
      await userEvent.tab({ shift: true });
      await expect(canvas.getByRole("button", { name: "Jump to latest" })).toHaveFocus();
      await userEvent.keyboard("{Enter}");
      await waitFor(() => expect(distanceToEnd(log)).toBeLessThanOrEqual(1));
      await expect(canvas.queryByRole("button", { name: "Jump to latest" })).not.toBeInTheDocument();
      await expect(log).toHaveFocus();
    });
  },
};

/** A window of the newest rows. Older ones come when the reader asks, or gets near them; the place is kept. */
export const LoadEarlier: Story = {
  loaders: [hubScene(({ session }) => longThread(60).forEach((commit) => void session.commit(commit)), { window: 20 })],
  play: async ({ canvas, step }) => {
    const log = await canvas.findByRole("log");
    await waitFor(() => expect(distanceToEnd(log)).toBeLessThanOrEqual(1));
    await step("V16 going up brings older rows without moving what is read", async () => {
      await expect(canvas.queryByText("Question 45: what changed in release 45?")).not.toBeInTheDocument();
      log.scrollTop = 0;
      const read = canvas.getByText("Question 51: what changed in release 51?");
      const place = topOf(read);
      await canvas.findByText("Question 45: what changed in release 45?");
      await waitFor(() => expect(Math.abs(topOf(read) - place)).toBeLessThanOrEqual(1));
    });
  },
};
