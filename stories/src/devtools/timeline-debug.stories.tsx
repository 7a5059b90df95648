import { TimelineDebug, type TimelineDebugProps } from "@sessionstream/react/devtools";
import { FINISHED_TURN } from "@sessionstream/react/testing";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { type HubScene, hubScene } from "../stage/scene.ts";
import { DevtoolsRoot, type DevtoolsRootProps } from "./devtools-root.tsx";

type Args = TimelineDebugProps & Pick<DevtoolsRootProps, "theme">;

/** What a timeline holds, in order. Payloads show their fields and sizes, unless the app lets more through. */
const meta = {
  title: "Devtools/Timeline debug",
  subcomponents: { TimelineDebug },
  render: ({ theme, ...props }) => (
    <DevtoolsRoot theme={theme}>
      <main>
        <TimelineDebug {...props} />
      </main>
    </DevtoolsRoot>
  ),
} satisfies Meta<Args>;

export default meta;
type Story = StoryObj<Args>;

const finished = ({ session }: HubScene) => {
  for (const commit of FINISHED_TURN) session.commit(commit);
};

/** No entity yet. */
export const Empty: Story = {
  loaders: [hubScene()],
  play: async ({ canvas, step }) => {
    await step("V24 says so", async () => {
      await canvas.findByText("Nothing in it yet");
    });
  },
};

/** One entity as a tree. */
export const Tree: Story = {
  loaders: [hubScene(finished)],
  play: async ({ canvas, step, userEvent }) => {
    await step("V24 K39 what it is, not what it says", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: /ChatToolCall/ }));
      const entity = canvas.getByRole("region", { name: "Entity" });
      await expect(entity).toHaveTextContent("lastEventOrdinal");
      await expect(entity).not.toHaveTextContent("lookup_order");
    });
  },
};

/** The same as YAML. */
export const Yaml: Story = {
  ...Tree,
  play: async ({ canvas, step, userEvent }) => {
    await step("V24 the other form", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: /ChatToolCall/ }));
      await userEvent.click(canvas.getByRole("button", { name: "YAML" }));
      await expect(canvas.getByRole("group", { name: "YAML" })).toHaveTextContent('kind: "ChatToolCall"');
    });
  },
};

/** Everything, where the app asks for it. */
export const Raw: Story = {
  ...Tree,
  args: { payloads: "raw" },
  play: async ({ canvas, step, userEvent }) => {
    await step("K39 only on demand", async () => {
      await userEvent.click(await canvas.findByRole("button", { name: /ChatToolCall/ }));
      await expect(canvas.getByRole("region", { name: "Entity" })).toHaveTextContent("lookup_order");
    });
  },
};
