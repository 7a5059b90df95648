import { type FrameScriptName, frameScript, type ScriptEntity } from "@sessionstream/protocol/testing";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fireEvent, waitFor, within } from "storybook/test";
import { listen } from "../stage/live-regions.ts";
import { ScriptPlayer } from "./script-player.tsx";

/**
 * Conversations on the wire, frame by frame, through the real client. The same scripts are what client tests replay and
 * server tests produce. Step, play, or pull the slider; a click on a frame goes there.
 */
const meta = {
  title: "Golden scripts/Frame by frame",
  component: ScriptPlayer,
  args: { name: "first-message", pauseMs: 500 },
  argTypes: {
    name: { table: { disable: true } },
    pauseMs: { control: { type: "range", min: 50, max: 2000, step: 50 } },
  },
  parameters: { docs: { story: { inline: false, height: "560px" } } },
} satisfies Meta<typeof ScriptPlayer>;

export default meta;
type Story = StoryObj<typeof meta>;

/** The story of a script: played to its end, the chat shows what the script expects a client to hold. */
function story(name: FrameScriptName): Story {
  const { steps, expect: expected, description } = frameScript(name);
  return {
    args: { name },
    parameters: { docs: { description: { story: description } } },
    play: async ({ canvas, step, userEvent }) => {
      await step(`V25 "${name}" played to its end shows all it left behind`, async () => {
        await userEvent.click(canvas.getByRole("button", { name: "To the end" }));
        await canvas.findByText(`Frame ${steps.length} of ${steps.length}`);
        const log = await canvas.findByRole("log");
        await waitFor(async () => {
          const shown = (log.textContent ?? "").replace(/\s/g, "");
          for (const text of expected.entities.flatMap(shownText)) await expect(shown).toContain(text);
        });
      });
    },
  };
}

/** What a reader must find in the log: without the marks of markdown, and without spaces. */
function shownText({ kind, payload }: ScriptEntity): readonly string[] {
  if (kind === "ChatToolCall") return [String(payload["toolName"])];
  if (kind === "ChatRun" || kind === "ChatToolResult" || kind === "ChatSession") return [];
  if (kind !== "ChatMessage") return [kind];
  if (payload["role"] === "thinking" || payload["role"] === "error") return [];
  return [String(payload["content"] || payload["text"]).replace(/^- |[*`\s]/gm, "")];
}

export const FirstMessage: Story = story("first-message");

/** By hand: forward, back, and what a screen reader hears when it is played from the beginning. */
export const FirstMessageByHand: Story = {
  args: { name: "first-message", pauseMs: 15 },
  play: async ({ canvas, canvasElement, step, userEvent }) => {
    const { steps } = frameScript("first-message");
    const slider = canvas.getByRole("slider");
    await step("V25 one frame at a time", async () => {
      for (let frame = 1; frame <= 5; frame += 1) {
        await userEvent.click(canvas.getByRole("button", { name: "Next frame" }));
        await canvas.findByText(`Frame ${frame} of ${steps.length}`);
      }
      await within(await canvas.findByRole("log")).findByText(/order 1042/i);
    });
    await step("V25 back to the beginning, where nobody has written yet", async () => {
      fireEvent.change(slider, { target: { value: "4" } });
      await canvas.findByText(`Frame 4 of ${steps.length}`);
      await canvas.findByRole("heading", { name: "How can I help?" });
    });
    await step("AT-22 V22 played on, the answer is announced when it begins and when it is done", async () => {
      const said = listen(canvasElement);
      await userEvent.click(canvas.getByRole("button", { name: "Play" }));
      await canvas.findByText(`Frame ${steps.length} of ${steps.length}`, undefined, { timeout: 10_000 });
      await waitFor(() => expect(said.polite).toHaveLength(2));
      await expect(said.polite[0]).toBe("Generating…");
      await expect(said.assertive).toEqual([]);
    });
  },
};

export const ResumeDelta: Story = story("resume-delta");
export const GapAndResync: Story = story("gap-and-resync");
export const WindowAndPage: Story = story("window-and-page");
export const Parts: Story = story("parts");
export const Behind: Story = story("behind");
export const EpochChange: Story = story("epoch-change");
export const ViewChange: Story = story("view-change");
export const DuplicateAndForeign: Story = story("duplicate-and-foreign");
export const Ephemeral: Story = story("ephemeral");
export const OpenBelowFloor: Story = story("open-below-floor");
export const UnknownKinds: Story = story("unknown-kinds");
export const StopAndFail: Story = story("stop-and-fail");
export const ReferenceSession: Story = story("reference-session");
