import { assistantMessage, userMessage } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { ChatPanel, ConnectionBanner } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";
import { distantScene, distantSceneOf } from "../stage/distant-server.ts";
import { type HubScene, hubScene, hubSceneOf } from "../stage/scene.ts";
import { PanelFrame, type SurfaceProps } from "../stage/stage.tsx";

/**
 * Says that a thread is cut off, and for how long; what was read stays readable. Quiet about a first connect, and about
 * a cut that heals at the first try.
 */
const meta = {
  title: "Widgets/Connection banner",
  component: ConnectionBanner,
  render: ({ theme }) => (
    <PanelFrame>
      <ChatPanel theme={theme} />
    </PanelFrame>
  ),
} satisfies Meta<SurfaceProps>;

export default meta;
type Story = StoryObj<SurfaceProps>;

function conversation({ session }: HubScene): void {
  session.commit([userMessage({ id: "u1", text: "Which orders are late today?" })]);
  session.commit([assistantMessage({ id: "a1", text: "Two orders are late today: **1038** and **1040**." })]);
}

/** Nothing to say while all is well. */
export const Connected: Story = {
  loaders: [hubScene(conversation)],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V18 an open connection shows a glyph and no banner", async () => {
      await canvas.findByRole("img", { name: "Connected" });
      await expect(canvasElement.querySelector("[data-part=banner]")).toBeNull();
    });
  },
};

/** The device has no network. It is not a fault of the app, so it is not painted as one. */
export const Offline: Story = {
  loaders: [
    hubScene((scene) => {
      conversation(scene);
      // Once it has loaded.
      setTimeout(() => scene.hub.goOffline());
    }),
  ],
  play: async ({ canvas, step, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("V18 says so in words and by a glyph, and keeps what was read", async () => {
      await canvas.findByText("You are offline. Messages are sent when you are back.");
      await expect(canvas.getByRole("img", { name: /offline/ })).toBeVisible();
      await expect(canvas.getByText("Which orders are late today?")).toBeVisible();
    });
    await step("V18 goes when the network is back", async () => {
      hub.goOnline();
      await waitFor(() => expect(canvas.queryByText(/You are offline/)).not.toBeInTheDocument());
      hub.goOffline();
      await canvas.findByText(/You are offline/);
    });
  },
};

/** The server went away. The wait grows with every try that fails; "Try now" does not wait. */
export const Reconnecting: Story = {
  loaders: [distantScene((scene) => scene.goAway(3))],
  play: async ({ canvas, step }) => {
    await step("V18 counts down to the next try", async () => {
      await canvas.findByText(/^Connection lost\. Reconnecting in \d+ s…$/);
      await expect(canvas.getByText("Which orders are late today?")).toBeVisible();
    });
  },
};

/** "Try now" when the server is there again. */
export const Reconnected: Story = {
  ...Reconnecting,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const server = distantSceneOf(context);
    await step("V18 Try now connects at once, and the banner goes", async () => {
      const tryNow = await canvas.findByRole("button", { name: "Try now" });
      server.comeBack();
      await userEvent.click(tryNow);
      await waitFor(() => expect(canvas.queryByText(/Connection lost/)).not.toBeInTheDocument());
      await expect(canvas.getByRole("img", { name: "Connected" })).toBeVisible();
    });
  },
};

/** A try is under way: nothing to press. */
export const Trying: Story = {
  loaders: [
    distantScene(async (scene) => {
      await scene.goAway(2);
      scene.fallSilent();
      scene.reconnect();
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V18 says so without a countdown", async () => {
      await canvas.findByText("Connection lost. Reconnecting…");
      await expect(canvas.queryByRole("button", { name: "Try now" })).not.toBeInTheDocument();
    });
  },
};

/** The server does not want us back: why, and nothing happens until somebody asks again. */
export const Failed: Story = {
  loaders: [
    distantScene((scene) =>
      scene.dismiss(new SessionStreamError("forbidden", "You no longer have access to this conversation.")),
    ),
  ],
  play: async ({ canvas, step }) => {
    await step("V18 names the reason, and closes the composer", async () => {
      await canvas.findByText("Could not connect. You are not allowed to do this.");
      await expect(canvas.getByRole("textbox")).toBeDisabled();
    });
  },
};
