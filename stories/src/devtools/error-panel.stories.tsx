import { createEventLog, ErrorPanel, type EventLog } from "@sessionstream/react/devtools";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { recordErrors } from "./devtools-data.ts";
import { DevtoolsRoot, type DevtoolsRootProps } from "./devtools-root.tsx";

type Args = Pick<DevtoolsRootProps, "theme">;

/** Every error until somebody has seen to it: of the connection, of commands, of the app's own renderers. */
const meta = {
  title: "Devtools/Error panel",
  subcomponents: { ErrorPanel },
  render: ({ theme }, { loaded }) => (
    <DevtoolsRoot theme={theme}>
      <main>
        {/* CAST: the loaders of this file make nothing else. */}
        <ErrorPanel log={loaded["log"] as EventLog} />
      </main>
    </DevtoolsRoot>
  ),
} satisfies Meta<Args>;

export default meta;
type Story = StoryObj<Args>;

/** All is well. */
export const Empty: Story = {
  loaders: [() => ({ log: createEventLog() })],
  play: async ({ canvas, step }) => {
    await step("V26 says so", async () => {
      await canvas.findByText("No errors");
    });
  },
};

/** Newest first. */
export const Errors: Story = {
  loaders: [
    () => {
      const log = createEventLog();
      recordErrors(log);
      return { log };
    },
  ],
  play: async ({ canvas, step }) => {
    await step("V26 each by its code", async () => {
      await expect(
        (await canvas.findAllByRole("listitem")).map((item) => item.querySelector("strong")?.textContent),
      ).toEqual(["TypeError", "forbidden", "storage_unavailable"]);
    });
  },
};

/** What is known of one. Its words are not among it: they may cite what people wrote. */
export const Detail: Story = {
  ...Errors,
  play: async ({ canvas, step, userEvent }) => {
    await step("V26 K39 code, place and reference", async () => {
      await userEvent.click(await canvas.findByText("forbidden"));
      await expect(canvas.getByText(/errorId: "e-4f21"/)).toBeVisible();
      await expect(canvas.queryByText(/You may not write here/)).not.toBeInTheDocument();
    });
  },
};

/** Seen to. */
export const Dismissed: Story = {
  ...Errors,
  play: async ({ canvas, step, userEvent }) => {
    await step("V26 one goes, and the focus is not lost", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Dismiss TypeError" }));
      await expect(canvas.getByRole("heading", { name: "Errors" })).toHaveFocus();
      await canvas.findByRole("button", { name: "Dismiss all 2" });
    });
  },
};
