import { createChatClient } from "@sessionstream/client";
import { frameScriptPlayer } from "@sessionstream/client/testing";
import { SessionStreamError } from "@sessionstream/protocol";
import { frameScript } from "@sessionstream/protocol/testing";
import { usePart } from "@sessionstream/react";
import {
  FAILED_TURN,
  FINISHED_TURN,
  SAMPLE_MARKDOWN,
  STREAMING_TURN,
  type StoryScript,
  WORKING_TURN,
} from "@sessionstream/react/testing";
import { ChatPanel } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor, within } from "storybook/test";
import { listen } from "../stage/live-regions.ts";
import { type HubScene, hubScene, hubSceneOf, sceneLoader } from "../stage/scene.ts";
import { PanelFrame } from "../stage/stage.tsx";
import { endless, typewriter } from "../stage/typewriter.ts";

/** A whole conversation in the flow of a page: it fills its container. What most applications use. */
const meta = {
  title: "Kit/ChatPanel",
  component: ChatPanel,
  args: { title: "Order help" },
  render: (args) => (
    <PanelFrame>
      <ChatPanel {...args} />
    </PanelFrame>
  ),
  parameters: { docs: { story: { inline: false, height: "560px" } } },
} satisfies Meta<typeof ChatPanel>;

export default meta;
type Story = StoryObj<typeof meta>;

function tell({ session }: HubScene, ...scripts: readonly StoryScript[]): void {
  for (const commit of scripts.flat()) session.commit(commit);
}

const SHORT_ANSWER =
  "Order 4021 left the warehouse this morning. It should reach you on **Friday**, between 9 and 12 h.";

/** The first thing a new user sees. */
export const Empty: Story = {
  args: { suggestions: ["Where is my order?", "I want to return something"] },
  loaders: [hubScene()],
  play: async ({ canvas, step }) => {
    await step("V22 is a named region with a heading", async () => {
      await expect(await canvas.findByRole("region", { name: "Order help" })).toBeVisible();
      await expect(canvas.getByRole("heading", { name: "Order help", level: 2 })).toBeVisible();
    });
  },
};

/** A finished turn: question, thoughts, a tool, the answer. */
export const Conversation: Story = {
  loaders: [hubScene((scene) => tell(scene, FINISHED_TURN))],
  play: async ({ canvas, step }) => {
    await step("V07 V09 question, thoughts, tool and answer, in this order", async () => {
      const log = await canvas.findByRole("log");
      await within(log).findByText("Where is my order 4021?");
      const text = log.textContent ?? "";
      const places = ["Where is my order 4021?", "Thoughts", "lookup_order", "left the warehouse"].map((part) =>
        text.indexOf(part),
      );
      await expect(places).toEqual([...places].sort((a, b) => a - b));
      await expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    });
  },
};

/** Thinking, and calling a tool. */
export const Working: Story = {
  loaders: [hubScene((scene) => tell(scene, WORKING_TURN))],
  play: async ({ canvas, step }) => {
    await step("V09 shows what is under way, and offers to stop it", async () => {
      await canvas.findByText("Thinking…");
      await expect(canvas.getByText("Running")).toBeVisible();
      await expect(canvas.getByRole("button", { name: "Stop generating" })).toBeEnabled();
    });
  },
};

/** Text is growing. */
export const Streaming: Story = {
  loaders: [hubScene((scene) => tell(scene, FINISHED_TURN, STREAMING_TURN))],
  play: async ({ canvas, step }) => {
    await step("V16 the growing end is in view", async () => {
      await expect(await canvas.findByText(/name a neighbour who/)).toBeVisible();
      await expect(canvas.queryByRole("button", { name: "Jump to latest" })).not.toBeInTheDocument();
    });
  },
};

/** A golden script, frame by frame through the real client. Golden scripts has it with its frames beside it. */
export const LiveScript: Story = {
  loaders: [
    sceneLoader(() => {
      const player = frameScriptPlayer(frameScript("first-message"));
      void player.play(120);
      return { client: createChatClient({ backend: player.backend }), sessionId: player.sessionId };
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V25 V07 V09 a streamed turn arrives piece by piece", async () => {
      await canvas.findByText("Where is order 1042? The customer is waiting on the phone.");
      await canvas.findByRole("button", { name: "Stop generating" });
      await canvas.findByText("Shall I send her the tracking link?", undefined, { timeout: 10_000 });
      await waitFor(() => expect(canvas.queryByRole("button", { name: "Stop generating" })).not.toBeInTheDocument());
    });
  },
};

/** Ask something: the answer is typed at a human pace. */
export const Live: Story = {
  loaders: [hubScene(undefined, { respond: typewriter(SAMPLE_MARKDOWN) })],
  args: { suggestions: ["Where is my order 4021?"] },
  play: async ({ canvas, step }) => {
    await step("V14 waits for a question", async () => {
      await canvas.findByRole("button", { name: "Where is my order 4021?" });
    });
  },
};

/** The same, asked: from the keystroke to the finished answer, and what a screen reader hears of it. */
export const Answered: Story = {
  loaders: [hubScene(undefined, { respond: typewriter(SHORT_ANSWER, 15) })],
  play: async ({ canvas, canvasElement, step, userEvent }) => {
    await canvas.findByRole("heading", { name: "How can I help?" });
    const said = listen(canvasElement);
    await step("V14 Enter sends, the answer streams, the field is ready again", async () => {
      await userEvent.type(canvas.getByRole("textbox"), "Where is my order 4021?{Enter}");
      await canvas.findByRole("button", { name: "Stop generating" });
      await canvas.findByText(/between 9 and 12 h\./);
      await waitFor(() => expect(canvas.queryByRole("button", { name: "Stop generating" })).not.toBeInTheDocument());
      await expect(canvas.getByRole("textbox")).toHaveFocus();
    });
    await step("AT-22 V22 is announced exactly twice: that it began, and what it says", async () => {
      await waitFor(() => expect(said.polite).toEqual(["Generating…", "Order 4021 left the warehouse this morning."]));
      await expect(said.assertive).toEqual([]);
    });
  },
};

/** Stopped by the reader in the middle. */
export const Stopped: Story = {
  loaders: [hubScene(undefined, { respond: endless })],
  play: async ({ canvas, canvasElement, step, userEvent }) => {
    await canvas.findByRole("heading", { name: "How can I help?" });
    const said = listen(canvasElement);
    await step("V14 Stop ends it and keeps what was written", async () => {
      await userEvent.type(canvas.getByRole("textbox"), "Go through my orders.{Enter}");
      await canvas.findByText(/Order 4021 is on its way/);
      await userEvent.click(canvas.getByRole("button", { name: "Stop generating" }));
      await canvas.findByRole("button", { name: "Try again" });
      await expect(canvas.getByText(/Order 4021 is on its way/)).toBeVisible();
    });
    await step("AT-22 V22 says so", async () => {
      await waitFor(() => expect(said.polite).toEqual(["Generating…", "Stopped"]));
    });
  },
};

/** A run that failed after some text. */
export const FailedAnswer: Story = {
  loaders: [hubScene((scene) => tell(scene, FINISHED_TURN, FAILED_TURN))],
  play: async ({ canvas, step }) => {
    await step("V07 says what happened and offers another try", async () => {
      await expect(await canvas.findByText("The model did not answer in time. Your message is kept.")).toBeVisible();
      await expect(canvas.getByRole("button", { name: "Try again" })).toBeEnabled();
    });
  },
};

/** No network. What was read stays; what is written waits in its place and goes when the network is back. */
export const Offline: Story = {
  loaders: [
    hubScene((scene) => {
      tell(scene, FINISHED_TURN);
      setTimeout(() => scene.hub.goOffline());
    }),
  ],
  play: async ({ canvas, step }) => {
    await step("V18 keeps the conversation readable and says why nothing moves", async () => {
      await canvas.findByText("You are offline. Messages are sent when you are back.");
      await expect(canvas.getByText(/Delivery is planned for/)).toBeInTheDocument();
      await expect(canvas.getByRole("textbox")).toBeEnabled();
    });
  },
};

/** The message could not be sent: its text is safe in its row. */
export const FailedSend: Story = {
  loaders: [
    hubScene((scene) => {
      tell(scene, FINISHED_TURN);
      scene.hub.failSubmits(new SessionStreamError("network", "The server cannot be reached."));
    }),
  ],
  play: async ({ canvas, canvasElement, step, userEvent, ...context }) => {
    const { hub } = hubSceneOf(context);
    await canvas.findByText("Where is my order 4021?");
    const said = listen(canvasElement);
    await step("V14 keeps the text, says why, and offers another try", async () => {
      await userEvent.type(canvas.getByRole("textbox"), "And the lamp?{Enter}");
      await within(canvas.getByRole("log")).findByText("Not sent. The server cannot be reached.");
      await expect(canvas.getByText("And the lamp?")).toBeVisible();
      await expect(canvas.getByRole("textbox")).toHaveValue("");
    });
    await step("AT-22 V22 is announced at once", async () => {
      await waitFor(() => expect(said.assertive).toEqual(["Not sent. The server cannot be reached."]));
    });
    await step("L9 every attempt was the same command", async () => {
      await expect(new Set(hub.submissions.map(({ commandId }) => commandId)).size).toBe(1);
      await expect(hub.submissions.length).toBeGreaterThan(1);
    });
  },
};

/** An element of the app's own that looks like one of the kit's. */
function ExportButton() {
  const part = usePart();
  return (
    <button type="button" {...part("button", { state: "quiet" })}>
      Export
    </button>
  );
}

/** Everything a caller may replace: title, actions, footer, texts, classes. */
export const Slots: Story = {
  args: {
    title: "Concierge",
    headerActions: <ExportButton />,
    footer: "Answers may be wrong. Check what matters.",
    composerPlaceholder: "Ask the concierge…",
    labels: { send: "Ask" },
    classNames: { bubble: "my-bubble" },
  },
  loaders: [hubScene((scene) => tell(scene, FINISHED_TURN))],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V20 slots, labels and classes arrive, and no part loses its name", async () => {
      await canvas.findByRole("button", { name: "Export" });
      await expect(canvas.getByRole("button", { name: "Ask" })).toBeVisible();
      await expect(canvas.getByPlaceholderText("Ask the concierge…")).toBeVisible();
      await expect(canvas.getByText("Answers may be wrong. Check what matters.")).toBeVisible();
      await expect(canvasElement.querySelector(".my-bubble")).toHaveAttribute("data-part", "bubble");
    });
  },
};
