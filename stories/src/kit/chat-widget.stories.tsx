import { assistantMessage, run, userMessage } from "@sessionstream/client/testing";
import { FINISHED_TURN } from "@sessionstream/react/testing";
import { ChatWidget, type Theme } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";
import { type HubScene, hubScene, hubSceneOf } from "../stage/scene.ts";
import { HostPage, useScene } from "../stage/stage.tsx";
import { typewriter } from "../stage/typewriter.ts";

interface WidgetOverPageProps {
  readonly defaultOpen?: boolean;
  readonly title?: string;
  readonly suggestions?: readonly string[];
  readonly theme?: Theme;
}

function WidgetOverPage(props: WidgetOverPageProps) {
  const { client, sessionId } = useScene();
  return (
    <HostPage>
      {/* Each story begins as it says, whatever was left open in another. */}
      <ChatWidget client={client} sessionId={sessionId} rememberOpen={false} {...props} />
    </HostPage>
  );
}

/**
 * The floating chat: a button in the corner of any page, and a dialog above it. It stays connected while it is closed, so
 * that it can tell of news.
 */
const meta = {
  title: "Kit/ChatWidget",
  component: WidgetOverPage,
  subcomponents: { ChatWidget },
  args: { title: "Order help", suggestions: ["Where is my order?", "I want to return something"] },
  parameters: { docs: { story: { inline: false, height: "560px" } } },
} satisfies Meta<typeof WidgetOverPage>;

export default meta;
type Story = StoryObj<typeof meta>;

function finishedTurn({ session }: HubScene): void {
  for (const commit of FINISHED_TURN) session.commit(commit);
}

/** A button, and nothing in the way. */
export const Closed: Story = {
  loaders: [hubScene(finishedTurn)],
  play: async ({ canvas, step }) => {
    await step("V19 what was there before is no news", async () => {
      const launcher = canvas.getByRole("button", { name: "Open chat" });
      await expect(launcher).toHaveAttribute("aria-expanded", "false");
      await expect(canvas.queryByRole("dialog")).not.toBeInTheDocument();
    });
  },
};

/** Open over the page. The page stays usable: the dialog is not modal. */
export const Open: Story = {
  args: { defaultOpen: true },
  loaders: [hubScene(finishedTurn)],
  play: async ({ canvas, step }) => {
    await step("V19 V22 is a named dialog, and the caret is in its field", async () => {
      const dialog = await canvas.findByRole("dialog", { name: "Order help" });
      await waitFor(() => expect(dialog).toBeVisible());
      await expect(canvas.getByRole("textbox")).toHaveFocus();
      await expect(canvas.getByRole("heading", { name: "Orders" })).toBeVisible();
    });
  },
};

/** A first conversation in it. */
export const OpenEmpty: Story = {
  args: { defaultOpen: true },
  loaders: [hubScene(undefined, { respond: typewriter("It left the warehouse this morning.") })],
  play: async ({ canvas, step, userEvent }) => {
    await step("V14 V19 a suggestion begins it", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Where is my order?" }));
      await canvas.findByText("It left the warehouse this morning.");
    });
  },
};

/** By keyboard: Enter opens, Escape closes and gives the focus back. What was typed is kept. */
export const ByKeyboard: Story = {
  loaders: [hubScene(finishedTurn)],
  play: async ({ canvas, step, userEvent }) => {
    const launcher = canvas.getByRole("button", { name: "Open chat" });
    await step("V19 Enter opens it and moves the focus in", async () => {
      launcher.focus();
      await userEvent.keyboard("{Enter}");
      await waitFor(() => expect(canvas.getByRole("textbox")).toHaveFocus());
      await userEvent.type(canvas.getByRole("textbox"), "half a ques");
    });
    await step("V19 Escape closes it and gives the focus back", async () => {
      await userEvent.keyboard("{Escape}");
      await expect(canvas.queryByRole("dialog")).not.toBeInTheDocument();
      await expect(launcher).toHaveFocus();
    });
    await step("V14 what was typed is still there", async () => {
      await userEvent.keyboard("{Enter}");
      await expect(await canvas.findByRole("textbox")).toHaveValue("half a ques");
    });
  },
};

/** An answer is being written while nobody looks. */
export const Answering: Story = {
  loaders: [
    hubScene(({ session }) => session.commit([userMessage({ id: "u1", text: "Where is it?" }), run("r1", "running")])),
  ],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V19 says so, to the eye and to the ear", async () => {
      await canvas.findByRole("button", { name: "Open chat. An answer is being written" });
      await expect(canvasElement.querySelector("[data-part=activity]")).toBeVisible();
    });
  },
};

/** The answer goes on once somebody has said a word to it. */
export const Asking: Story = {
  loaders: [
    hubScene(({ session }) =>
      session.commit([userMessage({ id: "u1", text: "Delete the draft" }), run("r1", "awaiting-input")]),
    ),
  ],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V19 says so, to the eye and to the ear", async () => {
      await canvas.findByRole("button", { name: "Open chat. Your input is needed" });
      await waitFor(() => expect(canvasElement.querySelector("[data-part=unread]")).toBeVisible());
    });
  },
};

/** Something arrived while nobody looked. */
export const Unread: Story = {
  loaders: [hubScene(finishedTurn)],
  play: async ({ canvas, canvasElement, step, ...context }) => {
    const { session, thread } = hubSceneOf(context);
    await waitFor(() => expect(thread.getStatus().hydration.type).toBe("ready"));
    await expect(canvasElement.querySelector("[data-part=unread]")).toBeNull();
    await step("V19 says so, to the eye and to the ear", async () => {
      session.commit([assistantMessage({ id: "news", text: "Your parcel was delivered." })]);
      await canvas.findByRole("button", { name: "Open chat. New message" });
      await waitFor(() => expect(canvasElement.querySelector("[data-part=unread]")).toBeVisible());
    });
  },
};

/** Opened, it has been read. */
export const UnreadThenRead: Story = {
  ...Unread,
  play: async ({ canvas, canvasElement, step, userEvent, ...context }) => {
    const { session, thread } = hubSceneOf(context);
    await waitFor(() => expect(thread.getStatus().hydration.type).toBe("ready"));
    session.commit([assistantMessage({ id: "news", text: "Your parcel was delivered." })]);
    await step("V19 opening it is reading it", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Open chat. New message" }));
      await canvas.findByText("Your parcel was delivered.");
      await userEvent.click(canvas.getByRole("button", { name: "Close chat" }));
      await canvas.findByRole("button", { name: "Open chat" });
      await expect(canvasElement.querySelector("[data-part=unread]")).toBeNull();
    });
  },
};

/** On a phone it takes the whole screen. */
export const Narrow: Story = {
  args: { defaultOpen: true },
  globals: { viewport: { value: "phone" } },
  loaders: [hubScene(finishedTurn)],
  play: async ({ canvas, step, userEvent }) => {
    await step("V19 fills the screen, with one way to close it", async () => {
      const dialog = await canvas.findByRole("dialog");
      await waitFor(async () => {
        const { width, height } = dialog.getBoundingClientRect();
        await expect([width, height]).toEqual([window.innerWidth, window.innerHeight]);
      });
      await expect(window.innerWidth).toBe(360);
      await expect(canvas.getAllByRole("button", { name: "Close chat" })).toHaveLength(1);
    });
    await step("V19 V22 closed, the focus is on the button that was hidden", async () => {
      await userEvent.keyboard("{Escape}");
      await waitFor(() => expect(canvas.getByRole("button", { name: "Open chat" })).toHaveFocus());
    });
    await step("V19 and Enter opens it again", async () => {
      await userEvent.keyboard("{Enter}");
      await canvas.findByRole("dialog");
    });
  },
};
