import { run, userMessage } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { createEventLog, StatusBar, type StatusBarProps } from "@sessionstream/react/devtools";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";
import { hubScene } from "../stage/scene.ts";
import { recordErrors } from "./devtools-data.ts";
import { DevtoolsRoot, type DevtoolsRootProps } from "./devtools-root.tsx";
import "./devtools-stories.css";

type Args = StatusBarProps & Pick<DevtoolsRootProps, "theme">;

const log = createEventLog();
recordErrors(log);

/** A thread's state in one line, and files of it. */
const meta = {
  title: "Devtools/Status bar",
  subcomponents: { StatusBar },
  render: ({ theme, ...props }) => (
    <DevtoolsRoot theme={theme}>
      <main className="devtools-stage">
        <StatusBar {...props} />
      </main>
    </DevtoolsRoot>
  ),
} satisfies Meta<Args>;

export default meta;
type Story = StoryObj<Args>;

/** Nothing is amiss. */
export const Connected: Story = {
  loaders: [hubScene(({ session }) => session.commit([userMessage({ id: "u1", text: "Hello" })]))],
  play: async ({ canvas, step }) => {
    await step("V15 connection, session, ordinal", async () => {
      const bar = await canvas.findByRole("region", { name: "Session status" });
      await waitFor(() => expect(bar).toHaveTextContent(/open.*story.*ready.*Ordinal1/));
    });
  },
};

/** An answer is being written, and a message could not be sent. */
export const Troubled: Story = {
  args: { log, outbox: { durability: "device" } },
  loaders: [
    hubScene(({ hub, session, thread }) => {
      hub.failSubmits(new SessionStreamError("forbidden", "no"));
      session.commit([userMessage({ id: "u1", text: "Hello" }), run("r1", "running")]);
      // The failed row is the point.
      thread.send({ text: "And now?" }).catch(() => undefined);
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V15 run, queue, outbox and errors", async () => {
      const bar = await canvas.findByRole("region", { name: "Session status" });
      await waitFor(() => expect(bar).toHaveTextContent(/Runrunning.*1 failed.*Outboxdevice.*Errors3/));
    });
  },
};

/** Cut off. */
export const Disconnected: Story = {
  loaders: [
    hubScene(({ hub, session }) => {
      session.commit([userMessage({ id: "u1", text: "Hello" })]);
      hub.goOffline();
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V15 says so", async () => {
      const bar = await canvas.findByRole("region", { name: "Session status" });
      await waitFor(() => expect(bar).toHaveTextContent(/waiting|connecting/));
    });
  },
};

/** What can be saved. */
export const ExportMenu: Story = {
  ...Connected,
  args: { log },
  play: async ({ canvas, step, userEvent }) => {
    await step("V15 timeline and events, as YAML or JSON", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Export" }));
      for (const name of ["Timeline as YAML", "Timeline as JSON", "Events as YAML", "Events as JSON"]) {
        await expect(canvas.getByRole("button", { name })).toBeVisible();
      }
    });
  },
};
