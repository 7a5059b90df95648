import { userMessage } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { UserMessage } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";
import { type HubScene, hubScene, hubSceneOf } from "../stage/scene.ts";
import { RowsOnSurface } from "../stage/stage.tsx";

/**
 * What the reader wrote. It is there from the keystroke on, says how far it got on its way to the server, and keeps its
 * text whatever happens: a failed one can be sent again, taken back for editing, or discarded.
 */
const meta = {
  title: "Widgets/User message",
  component: RowsOnSurface,
  subcomponents: { UserMessage },
} satisfies Meta<typeof RowsOnSurface>;

export default meta;
type Story = StoryObj<typeof meta>;

const QUESTION = "Where is my order 4021?";

function send({ thread }: HubScene, text = QUESTION): void {
  // A failure is the story's subject: its row shows it.
  thread.send({ text }).catch(() => undefined);
}

const messageAround = (element: HTMLElement) => element.closest("[data-part=message]");

/** The server has it: nothing more needs to be said. */
export const Sent: Story = {
  loaders: [hubScene(({ session }) => session.commit([userMessage({ id: "u1", text: QUESTION })]))],
  play: async ({ canvas, step }) => {
    await step("V07 shows the text and no delivery state", async () => {
      const message = messageAround(await canvas.findByText(QUESTION));
      await expect(message).toHaveAttribute("data-state", "sent");
      await expect(message?.querySelector("[data-part=message-meta]")).toBeEmptyDOMElement();
    });
  },
};

/** On its way. The note appears only if that takes a moment. */
export const Sending: Story = {
  loaders: [
    hubScene((scene) => {
      scene.hub.holdSubmits();
      send(scene);
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V07 is there before the server answers", async () => {
      const message = messageAround(await canvas.findByText(QUESTION));
      await waitFor(() => expect(message).toHaveAttribute("data-state", "sending"));
      await canvas.findByText("Sending…");
    });
  },
};

/** Messages leave in the order they were written: the second waits for the first. */
export const Waiting: Story = {
  loaders: [
    hubScene((scene) => {
      scene.hub.holdSubmits();
      send(scene);
      send(scene, "It was paid last Monday.");
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V07 only one message is on its way", async () => {
      const second = messageAround(await canvas.findByText("It was paid last Monday."));
      await waitFor(() => expect(second).toHaveAttribute("data-state", "queued"));
      await canvas.findByText("Waiting to send");
    });
  },
};

/** Nothing of a waiting message was sent: it can be taken back. */
export const WaitingDiscarded: Story = {
  ...Waiting,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("G46 Discard takes it away and sends nothing", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Discard" }));
      await waitFor(() => expect(canvas.queryByText("It was paid last Monday.")).not.toBeInTheDocument());
      await expect(canvas.getByText(QUESTION)).toBeVisible();
      await expect(hub.submissions.filter(({ payload }) => payload["prompt"] !== QUESTION)).toEqual([]);
    });
  },
};

/** The server could not be reached. Sending again uses the message's own id, so it can never arrive twice. */
export const Failed: Story = {
  loaders: [
    hubScene((scene) => {
      scene.hub.failSubmits(new SessionStreamError("network", "The server cannot be reached."));
      send(scene);
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V07 says that and why it was not sent", async () => {
      await canvas.findByText("Not sent. The server cannot be reached.");
      await expect(canvas.getByRole("button", { name: "Retry" })).toBeEnabled();
      await expect(canvas.getByRole("button", { name: "Discard" })).toBeEnabled();
    });
  },
};

/** Retry after the server came back: the same row, now sent. */
export const Retried: Story = {
  ...Failed,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    const retry = await canvas.findByRole("button", { name: "Retry" });
    const bubble = canvas.getByText(QUESTION);
    await step("V14 K20 Retry sends it under its own id, in the same element", async () => {
      hub.healSubmits();
      await userEvent.click(retry);
      await waitFor(() => expect(messageAround(bubble)).toHaveAttribute("data-state", "sent"));
      await expect(canvas.getByText(QUESTION)).toBe(bubble);
      await expect(new Set(hub.submissions.map((submission) => submission.commandId)).size).toBe(1);
    });
  },
};

/** Discard takes the row away and sends nothing. */
export const Discarded: Story = {
  ...Failed,
  play: async ({ canvas, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await step("V14 Discard takes it away and sends nothing", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: "Discard" }));
      const attempts = hub.submissions.length;
      await waitFor(() => expect(canvas.queryByText(QUESTION)).not.toBeInTheDocument());
      await expect(hub.submissions).toHaveLength(attempts);
    });
  },
};

/** The server refused it: sending the same again cannot help, so it is offered for editing instead. */
export const Refused: Story = {
  loaders: [
    hubScene((scene) => {
      scene.hub.failSubmits(new SessionStreamError("payload_too_large", "The message is too long for this assistant."));
      send(scene);
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V07 offers to edit, not to retry", async () => {
      await canvas.findByRole("button", { name: "Edit" });
      await expect(canvas.getByText("Not sent. This is too long. Shorten it.")).toBeVisible();
      await expect(canvas.queryByRole("button", { name: "Retry" })).not.toBeInTheDocument();
    });
  },
};

const LONG_TEXT = `I ordered three things two weeks ago and I am not sure any more which of them belong together.

The desk organiser was meant as a present, so it must not arrive before Friday. The page markers are for me. The lamp I would rather send back: it is darker than in the picture, and its cable is too short for the place I had in mind.

Can you split this so that the present comes alone, wrapped, on Friday or later, and give me a label for the lamp?`;

/** Paragraphs are kept as they were written. */
export const LongText: Story = {
  loaders: [hubScene(({ session }) => session.commit([userMessage({ id: "u1", text: LONG_TEXT })]))],
  play: async ({ canvas, step }) => {
    await step("V07 keeps the writer's line breaks", async () => {
      const bubble = await canvas.findByText(/I ordered three things/);
      await expect(bubble.textContent).toBe(LONG_TEXT);
      await expect(bubble).toHaveStyle({ whiteSpace: "pre-wrap" });
    });
  },
};

/** The text decides its own direction, whatever the page's is. */
export const RightToLeftText: Story = {
  loaders: [
    hubScene(({ session }) =>
      session.commit([
        userMessage({ id: "u1", text: "أين طلبي رقم 4021؟ طلبتُ مصباحًا من متجر Walnut & Brass قبل أسبوعين." }),
      ]),
    ),
  ],
  play: async ({ canvas, step }) => {
    await step("V22 reads from right to left", async () => {
      const bubble = await canvas.findByText(/أين طلبي/);
      await expect(bubble).toHaveAttribute("dir", "auto");
      await expect(bubble.matches(":dir(rtl)")).toBe(true);
    });
  },
};
