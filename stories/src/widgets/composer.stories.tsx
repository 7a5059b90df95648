import { SessionStreamError } from "@sessionstream/protocol";
import { RendererProvider } from "@sessionstream/react";
import { ChatComposer, type ChatComposerProps } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fireEvent, waitFor } from "storybook/test";
import { hubScene, hubSceneOf } from "../stage/scene.ts";
import { Surface, type SurfaceProps } from "../stage/stage.tsx";
import { endless } from "../stage/typewriter.ts";

type ComposerStoryProps = ChatComposerProps & Pick<SurfaceProps, "theme">;

/**
 * Where a message is written. Enter sends, Shift+Enter begins a line, and an input method's own Enter does neither. A
 * message that could not be sent is never lost.
 */
const meta = {
  title: "Widgets/Composer",
  component: ChatComposer,
  render: ({ theme, ...props }) => (
    <Surface theme={theme}>
      <RendererProvider>
        <ChatComposer {...props} />
      </RendererProvider>
    </Surface>
  ),
} satisfies Meta<ComposerStoryProps>;

export default meta;
type Story = StoryObj<ComposerStoryProps>;

/** Nothing written, nothing to send. */
export const Empty: Story = {
  loaders: [hubScene()],
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("V14 nothing can be sent, by button or by key", async () => {
      await expect(canvas.getByRole("button", { name: "Send message" })).toBeDisabled();
      await userEvent.type(canvas.getByRole("textbox", { name: "Message" }), "   {Enter}");
      await expect(hub.submissions).toHaveLength(0);
      await userEvent.clear(canvas.getByRole("textbox"));
    });
  },
};

/** Ready to go. */
export const Typed: Story = {
  loaders: [hubScene()],
  play: async ({ canvas, step, userEvent }) => {
    await step("V14 can be sent", async () => {
      await userEvent.type(canvas.getByRole("textbox"), "Where is my order 4021?");
      await expect(canvas.getByRole("button", { name: "Send message" })).toBeEnabled();
    });
  },
};

/** Enter takes the text, trimmed, and leaves the caret where it is. */
export const SentByKey: Story = {
  loaders: [hubScene()],
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    const input = canvas.getByRole("textbox");
    await step("V14 Enter sends once, empties the field and keeps the focus", async () => {
      await userEvent.type(input, "  Where is my order 4021?  {Enter}");
      await waitFor(() => expect(hub.submissions).toHaveLength(1));
      await expect(hub.submissions[0]?.payload).toEqual({ prompt: "Where is my order 4021?" });
      await expect(input).toHaveValue("");
      await expect(input).toHaveFocus();
    });
  },
};

/** Shift+Enter begins a line; the field grows with them, up to a point. */
export const Multiline: Story = {
  loaders: [hubScene()],
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    const input = canvas.getByRole("textbox");
    const oneLine = input.getBoundingClientRect().height;
    await step("V14 Shift+Enter begins a line and sends nothing", async () => {
      await userEvent.type(
        input,
        "Three things:{Shift>}{Enter}{/Shift}- the organiser{Shift>}{Enter}{/Shift}- the lamp",
      );
      await expect(input).toHaveValue("Three things:\n- the organiser\n- the lamp");
      await expect(input.getBoundingClientRect().height).toBeGreaterThan(oneLine);
      await expect(hub.submissions).toHaveLength(0);
    });
  },
};

/** A page of text scrolls inside the field. */
export const LongText: Story = {
  loaders: [hubScene()],
  play: async ({ canvas, step, userEvent }) => {
    const input = canvas.getByRole("textbox");
    await step("V14 stops growing and scrolls", async () => {
      await userEvent.click(input);
      await userEvent.paste(
        "Please check the state of every single one of my orders, including the ones from last year. ".repeat(30),
      );
      await expect(input.getBoundingClientRect().height).toBeLessThanOrEqual(12 * 16);
      await expect(input.scrollHeight).toBeGreaterThan(input.clientHeight);
    });
  },
};

/** Japanese, Chinese, Korean: the Enter that takes a candidate belongs to the input method. */
export const InputMethod: Story = {
  loaders: [hubScene()],
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    const input = canvas.getByRole("textbox");
    await step("V14 Enter of a composition sends nothing", async () => {
      await userEvent.click(input);
      await fireEvent.compositionStart(input);
      await userEvent.paste("注文はどこですか");
      await fireEvent.keyDown(input, { key: "Enter", isComposing: true });
      // Safari says only this.
      await fireEvent.keyDown(input, { key: "Enter", keyCode: 229 });
      await fireEvent.compositionEnd(input);
      await expect(input).toHaveValue("注文はどこですか");
      await expect(hub.submissions).toHaveLength(0);
    });
    await step("V14 the next Enter sends", async () => {
      await userEvent.keyboard("{Enter}");
      await waitFor(() => expect(hub.submissions).toHaveLength(1));
    });
  },
};

/** The conversation could not be loaded: nothing may be written into the void. */
export const Disabled: Story = {
  loaders: [
    hubScene(({ hub }) => hub.failLoads(new SessionStreamError("storage_unavailable", "The database is away."))),
  ],
  play: async ({ canvas, step }) => {
    await step("V14 neither field nor button can be used", async () => {
      await waitFor(() => expect(canvas.getByRole("textbox")).toBeDisabled());
      await expect(canvas.getByRole("button", { name: "Send message" })).toBeDisabled();
    });
  },
};

/** An answer is being written: it can be stopped, and the next message can be written meanwhile. */
export const Streaming: Story = {
  loaders: [
    hubScene(
      ({ thread }) => {
        thread.send({ text: "Go through my orders." }).catch(() => undefined);
      },
      { respond: endless },
    ),
  ],
  play: async ({ canvas, step, userEvent }) => {
    const stop = await canvas.findByRole("button", { name: "Stop generating" });
    await step("V14 offers to stop, and to send as soon as there is something to send", async () => {
      await expect(canvas.queryByRole("button", { name: "Send message" })).not.toBeInTheDocument();
      await userEvent.type(canvas.getByRole("textbox"), "Also the returns.");
      await expect(canvas.getByRole("button", { name: "Send message" })).toBeEnabled();
      await expect(stop).toBeEnabled();
    });
  },
};

/** Stop ends the run on the server, for every tab. */
export const Stopped: Story = {
  ...Streaming,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub, thread } = hubSceneOf(context);
    await step("V14 L7 Stop is a command, and the run ends", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Stop generating" }));
      await waitFor(() => expect(thread.getStatus().run).toMatchObject({ phase: "stopped" }));
      await expect(hub.submissions.at(-1)?.name).toBe("ChatStopInference");
      await expect(canvas.queryByRole("button", { name: "Stop generating" })).not.toBeInTheDocument();
    });
  },
};

/** Stop did not reach the server: said, not swallowed. */
export const StopFailed: Story = {
  ...Streaming,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("V14 says why it still runs", async () => {
      const stop = await canvas.findByRole("button", { name: "Stop generating" });
      hub.failSubmits(new SessionStreamError("forbidden", "Only the author can stop this answer."));
      await userEvent.click(stop);
      await expect(await canvas.findByRole("alert")).toHaveTextContent("You are not allowed to do this.");
      await expect(canvas.getByRole("button", { name: "Stop generating" })).toBeEnabled();
    });
  },
};
