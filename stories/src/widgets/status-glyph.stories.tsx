import { SessionStreamError } from "@sessionstream/protocol";
import { StatusGlyph } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { createDistantScene, type DistantScene } from "../stage/distant-server.ts";
import { createHubScene, type Scene } from "../stage/scene.ts";
import { Stage, Surface, type SurfaceProps } from "../stage/stage.tsx";
import "./status-glyph.css";

/** The connection at a glance, with its name for those who hover and for those who listen. Never by colour alone. */
const meta = {
  title: "Widgets/Status glyph",
  component: StatusGlyph,
} satisfies Meta<SurfaceProps>;

export default meta;
type Story = StoryObj<SurfaceProps>;

const distant = (happen: (scene: DistantScene) => unknown) => (): Scene => {
  const scene = createDistantScene();
  happen(scene);
  return scene;
};

const STATES: readonly { readonly name: string; readonly make: () => Scene }[] = [
  { name: "Connected", make: distant(() => {}) },
  { name: "Connecting…", make: distant((scene) => scene.fallSilent()) },
  { name: "Connection lost. Reconnecting…", make: distant((scene) => scene.goAway(2)) },
  {
    name: "You are offline. Messages are sent when you are back.",
    make: () => createHubScene(({ hub }) => hub.goOffline()),
  },
  {
    name: "Could not connect",
    make: distant((scene) => scene.dismiss(new SessionStreamError("forbidden", "No."))),
  },
];

/** Each state a reader can meet. */
export const EveryState: Story = {
  render: ({ theme }) => (
    <Surface theme={theme}>
      <ul className="glyph-list">
        {STATES.map(({ name, make }) => (
          <li key={name}>
            <Stage scene={make}>
              <StatusGlyph />
            </Stage>
            <span>{name}</span>
          </li>
        ))}
      </ul>
    </Surface>
  ),
  play: async ({ canvas, step }) => {
    for (const { name } of STATES) {
      await step(`V18 "${name}" has a glyph, a name and a title`, async () => {
        await expect(await canvas.findByRole("img", { name })).toHaveAttribute("title", name);
      });
    }
  },
};
