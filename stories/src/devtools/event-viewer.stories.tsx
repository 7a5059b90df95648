import { createEventLog, type EventLog, EventViewer, type EventViewerProps } from "@sessionstream/react/devtools";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, within } from "storybook/test";
import { PanelFrame } from "../stage/stage.tsx";
import { recordErrors, recordedTurn } from "./devtools-data.ts";
import { DevtoolsRoot, type DevtoolsRootProps } from "./devtools-root.tsx";

type Args = Pick<EventViewerProps, "defaultHidden"> & Pick<DevtoolsRootProps, "theme">;

/** What comes in, what goes out, how it ended. Without payloads, unless the log was made to keep them. */
const meta = {
  title: "Devtools/Event viewer",
  subcomponents: { EventViewer },
  render: ({ theme, ...props }, { loaded }) => (
    <PanelFrame>
      <DevtoolsRoot theme={theme}>
        {/* CAST: the loaders of this file make nothing else. */}
        <EventViewer log={loaded["log"] as EventLog} {...props} />
      </DevtoolsRoot>
    </PanelFrame>
  ),
} satisfies Meta<Args>;

export default meta;
type Story = StoryObj<Args>;

function first([element]: readonly HTMLElement[]): HTMLElement {
  if (element === undefined) throw new Error("There is none.");
  return element;
}

/** Before anything happened. */
export const Empty: Story = {
  loaders: [() => ({ log: createEventLog() })],
  play: async ({ canvas, step }) => {
    await step("V23 says that nothing has happened", async () => {
      await canvas.findByText("Nothing has happened yet");
    });
  },
};

/** A turn that was answered. */
export const Turn: Story = {
  loaders: [async () => ({ log: await recordedTurn() })],
  play: async ({ canvas, step, userEvent }) => {
    await step("V23 each family can be hidden, deltas too", async () => {
      const deltas = await canvas.findByRole("button", { name: /^delta \d+$/ });
      const list = within(canvas.getByRole("group", { name: "Events" }));
      const before = list.getAllByRole("listitem").length;
      await userEvent.click(deltas);
      await expect(list.getAllByRole("listitem").length).toBeLessThan(before);
      await userEvent.click(deltas);
    });
  },
};

/** One event in full. */
export const Expanded: Story = {
  ...Turn,
  args: { defaultHidden: ["delta", "connection", "state"] },
  play: async ({ canvas, step, userEvent }) => {
    await step("V23 K39 ids, ordinals and sizes, no payload", async () => {
      await userEvent.click(first(await canvas.findAllByRole("button", { name: /commit.*ordinal/ })));
      const details = canvas.getByRole("group", { name: "Details" });
      await expect(details).toHaveTextContent('kind: "ChatMessage"');
      await expect(details).not.toHaveTextContent("order 4021");
    });
  },
};

/** The list stands still; the log goes on. */
export const Paused: Story = {
  ...Turn,
  play: async ({ canvas, step, userEvent, loaded }) => {
    await step("V23 says how much is newer", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Pause" }));
      // CAST: as in `render`.
      recordErrors(loaded["log"] as EventLog);
      await canvas.findByText("Paused, 3 newer");
    });
  },
};

/** More than fits: scrolled up, the list stays where it is. */
export const Long: Story = {
  loaders: [async () => ({ log: await recordedTurn({ tokens: 120 }) })],
  play: async ({ canvas, step }) => {
    await step("V23 shows the end", async () => {
      const list = within(await canvas.findByRole("group", { name: "Events" }));
      await expect(list.getAllByRole("listitem").at(-1)).toBeVisible();
    });
  },
};

/** Payloads, where the app asked for them. */
export const Raw: Story = {
  loaders: [async () => ({ log: await recordedTurn({ raw: true, tokens: 1 }) })],
  play: async ({ canvas, step, userEvent }) => {
    await step("K39 only in a log that was made for it", async () => {
      await userEvent.click(first(await canvas.findAllByRole("button", { name: /command.*submit/ })));
      await expect(canvas.getByRole("group", { name: "Details" })).toHaveTextContent("Where is my order 4021?");
    });
  },
};
