import { assistantMessage } from "@sessionstream/client/testing";
import { ChatPanel, LoadingSkeleton } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { hubScene } from "../stage/scene.ts";
import { PanelFrame, type SurfaceProps } from "../stage/stage.tsx";

/** A conversation that is being loaded. Appears a moment late, so that a fast load shows nothing in between. */
const meta = {
  title: "States/Loading",
  component: LoadingSkeleton,
  render: ({ theme }) => (
    <PanelFrame>
      <ChatPanel theme={theme} />
    </PanelFrame>
  ),
} satisfies Meta<SurfaceProps>;

export default meta;
type Story = StoryObj<SurfaceProps>;

const AN_HOUR_MS = 3_600_000;

/** Neither empty nor failed, and nobody knows yet which it will be. */
export const Loading: Story = {
  loaders: [hubScene(undefined, { latencyMs: AN_HOUR_MS })],
  play: async ({ canvas, canvasElement, step }) => {
    await step("AT-9 says so, and shows neither greeting nor error", async () => {
      await expect(await canvas.findByText("Loading conversation…")).toBeInTheDocument();
      await expect(canvasElement.querySelector("[data-part=empty-state], [data-part=load-failed]")).toBeNull();
    });
  },
};

/** A conversation with messages never shows the greeting on its way in. */
export const ThenRows: Story = {
  loaders: [
    hubScene(({ session }) => session.commit([assistantMessage({ id: "a1", text: "Here it is." })]), {
      latencyMs: 60,
    }),
  ],
  play: async ({ canvas, canvasElement, step }) => {
    const faces = new Set<string>();
    const look = () => {
      const face = canvasElement.querySelector("[data-part=skeleton], [data-part=empty-state], [data-part=transcript]");
      faces.add(face?.getAttribute("data-part") ?? "none");
    };
    look();
    new MutationObserver(look).observe(canvasElement, { childList: true, subtree: true });
    await step("AT-9 goes from loading to rows", async () => {
      await canvas.findByText("Here it is.");
      await expect(faces).not.toContain("empty-state");
    });
  },
};
