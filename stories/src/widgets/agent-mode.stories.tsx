import type { LocalChange } from "@sessionstream/client";
import { assistantMessage, run, userMessage } from "@sessionstream/client/testing";
import { AgentMode, ChatPanel } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { type HubScene, hubScene, hubSceneOf } from "../stage/scene.ts";
import { PanelFrame, RowsOnSurface } from "../stage/stage.tsx";

/**
 * The mode an agent works in. While an answer seems to ask for another one, a preview says so beside the log; once it is
 * decided, the change is part of the conversation.
 */
const meta = {
  title: "Widgets/Agent mode",
  component: RowsOnSurface,
  subcomponents: { AgentMode },
} satisfies Meta<typeof RowsOnSurface>;

export default meta;
type Story = StoryObj<typeof meta>;

const ANALYSIS = `The question is about what was written, not about what to write: • it quotes a clause • it asks whether it *holds*

A review reads first and suggests afterwards.`;

interface Change {
  readonly title?: string;
  readonly from?: string;
  readonly analysis?: string;
}

function change({ title = "", from = "drafting", analysis = ANALYSIS }: Change = {}): LocalChange {
  const payload = { messageId: "a1", title, from, to: "reviewing", analysis };
  return { type: "put", kind: "AgentMode", id: "a1:agent-mode:3", payload };
}

const committed = (fields?: Change) => hubScene(({ session }) => session.commit([change(fields)]));

/** From which mode to which, and why. Bullets are a list, however the model wrote them. */
export const Committed: Story = {
  loaders: [committed()],
  play: async ({ canvas, step }) => {
    await step("V11 names both modes", async () => {
      await canvas.findByText("Mode changed");
      await expect(canvas.getByText("from drafting to reviewing")).toBeInTheDocument();
      await expect(canvas.getByText("reviewing")).toBeVisible();
    });
    await step("V11 bullets within a line are a list", async () => {
      const items = canvas.getAllByRole("listitem").map(({ textContent }) => textContent);
      await expect(items).toEqual(["it quotes a clause", "it asks whether it holds"]);
    });
  },
};

/** The server's own title, no mode before, no reason. */
export const Brief: Story = {
  loaders: [committed({ title: "Reviewing from here on", from: "", analysis: "" })],
  play: async ({ canvas, step }) => {
    await step("V11 shows what there is", async () => {
      await canvas.findByText("Reviewing from here on");
    });
  },
};

/** A question, and a run that answers it. */
function asked({ session }: HubScene): void {
  session.commit([
    userMessage({ id: "u1", text: "Does clause 4 hold for orders from abroad?" }),
    run("r1", "running", { messageId: "a1" }),
  ]);
}

const showPreview = ({ session }: HubScene, analysis: string) =>
  session.ephemeral("agent-mode/a1", { messageId: "a1", candidateMode: "reviewing", analysis }, 600_000);

const inPanel = {
  render: ({ theme }) => (
    <PanelFrame>
      <ChatPanel theme={theme} header={false} />
    </PanelFrame>
  ),
} satisfies Story;

/** Not decided yet: below the last row, and in no log. */
export const Preview: Story = {
  ...inPanel,
  loaders: [hubScene(asked)],
  play: async ({ canvas, step, ...context }) => {
    const scene = hubSceneOf(context);
    await canvas.findByText("Does clause 4 hold for orders from abroad?");
    await step("V11 follows what the answer seems to ask for", async () => {
      showPreview(scene, "");
      await canvas.findByText("Considering another mode");
      showPreview(scene, "• it quotes a clause");
      await expect(await canvas.findByRole("listitem")).toHaveTextContent("it quotes a clause");
    });
  },
};

/** Decided: the preview goes, and the change takes its place in the conversation. */
export const Decided: Story = {
  ...inPanel,
  loaders: [hubScene(asked)],
  play: async ({ canvas, step, ...context }) => {
    const scene = hubSceneOf(context);
    await canvas.findByText("Does clause 4 hold for orders from abroad?");
    showPreview(scene, "• it quotes a clause");
    await canvas.findByText("Considering another mode");
    await step("V11 one card is left, and it stays", async () => {
      scene.session.ephemeral("agent-mode/a1", undefined, 0);
      scene.session.commit([change(), assistantMessage({ id: "a1:text:1", text: "It does, with one exception." })]);
      await canvas.findByText("Mode changed");
      await expect(canvas.queryByText("Considering another mode")).not.toBeInTheDocument();
    });
  },
};

/** The run was stopped while nobody heard that its preview is over. */
export const LeftBehind: Story = {
  ...inPanel,
  loaders: [hubScene(asked)],
  play: async ({ canvas, step, ...context }) => {
    const scene = hubSceneOf(context);
    await canvas.findByText("Does clause 4 hold for orders from abroad?");
    showPreview(scene, "");
    await canvas.findByText("Considering another mode");
    await step("V11 a preview ends with its run", async () => {
      scene.session.commit([run("r1", "stopped", { messageId: "a1" })]);
      await canvas.findByRole("button", { name: "Try again" });
      await expect(canvas.queryByText("Considering another mode")).not.toBeInTheDocument();
    });
  },
};
