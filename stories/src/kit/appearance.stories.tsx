import { assistantMessage, run, toolCall, toolResult, userMessage } from "@sessionstream/client/testing";
import type { Labels } from "@sessionstream/react";
import { FINISHED_TURN, STREAMING_TURN, WORKING_TURN } from "@sessionstream/react/testing";
import { ChatPanel } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, waitFor } from "storybook/test";
import { type HubScene, hubScene } from "../stage/scene.ts";
import { PanelFrame } from "../stage/stage.tsx";

/**
 * One conversation in every surrounding: light, dark, a brand's colours, from right to left, narrow, without motion.
 * The toolbar's theme and direction work on every other story too.
 */
const meta = {
  title: "Kit/Appearance",
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

function conversation({ session }: HubScene): void {
  for (const commit of [...FINISHED_TURN, ...STREAMING_TURN]) session.commit(commit);
}

function root(canvasElement: HTMLElement): HTMLElement {
  const element = canvasElement.querySelector<HTMLElement>("[data-sessionstream]");
  if (element === null) throw new Error("There is no kit on this stage.");
  return element;
}

/** Mean of the channels of a computed colour, 0 to 255. */
function lightness(color: string): number {
  const channels =
    color
      .match(/\d+(\.\d+)?/g)
      ?.slice(0, 3)
      .map(Number) ?? [];
  return channels.reduce((sum, channel) => sum + channel, 0) / 3;
}

const background = (element: Element | null) =>
  lightness(element === null ? "" : getComputedStyle(element).backgroundColor);

export const Light: Story = {
  globals: { theme: "light" },
  loaders: [hubScene(conversation)],
  play: async ({ canvasElement, step }) => {
    await step("V21 is light", async () => {
      await expect(background(canvasElement.querySelector("[data-part=panel]"))).toBeGreaterThan(200);
    });
  },
};

export const Dark: Story = {
  globals: { theme: "dark" },
  loaders: [hubScene(conversation)],
  play: async ({ canvasElement, step }) => {
    await step("V21 is dark", async () => {
      await expect(background(canvasElement.querySelector("[data-part=panel]"))).toBeLessThan(60);
    });
  },
};

/** A brand, by custom properties alone: see `stage.css`. It has both themes, because its values do. */
export const Brand: Story = {
  loaders: [hubScene(conversation)],
  render: (args) => (
    <div className="stage-brand">
      <PanelFrame>
        <ChatPanel {...args} />
      </PanelFrame>
    </div>
  ),
  play: async ({ canvas, canvasElement, step }) => {
    await step("V21 V20 variables reach every part", async () => {
      await expect(getComputedStyle(root(canvasElement)).fontFamily).toMatch(/^Georgia/);
      await expect(canvas.getByRole("button", { name: "Stop generating" })).toBeVisible();
      await expect(getComputedStyle(await canvas.findByText("Where is my order 4021?")).borderRadius).toMatch(/^6px/);
    });
  },
};

const ARABIC: Partial<Labels> = {
  title: "مساعدة الطلبات",
  transcript: "المحادثة",
  composer: "الرسالة",
  composerPlaceholder: "اكتب رسالة…",
  composerHint: "اضغط Enter للإرسال وShift+Enter لسطر جديد",
  send: "إرسال الرسالة",
  stop: "إيقاف",
  thought: "أفكار",
  copy: "نسخ",
  copied: "نُسخ",
  you: "قلتَ",
  assistant: "قال المساعد",
  runStopped: "أُوقف",
  retryRun: "إعادة المحاولة",
};

const ARABIC_ANSWER = `غادر طلبك رقم **4021** المستودع صباح اليوم:

1. يصل إلى مركز الفرز في ليون هذا المساء.
2. موعد التسليم يوم **الجمعة** بين 9 و12.

| المنتج | الكمية | السعر |
|---|:---:|---:|
| منظّم مكتب | 1 | € 48.00 |
| مؤشرات صفحات | 3 | € 13.50 |

\`\`\`ts
const order = await orders.get("4021");
\`\`\`

التفاصيل في [سياسة الشحن](https://example.com/shipping).`;

/** Arabic: everything mirrors but code, which reads from left to right in every language. */
export const RightToLeft: Story = {
  args: { title: "مساعدة الطلبات", labels: ARABIC },
  globals: { direction: "rtl" },
  loaders: [
    hubScene(({ session }) => {
      session.commit([userMessage({ id: "u1", text: "أين طلبي رقم 4021؟" }), run("r1", "running")]);
      session.commit([toolCall("t1", { toolName: "lookup_order", input: '{"orderId":"4021"}', status: "completed" })]);
      session.commit([toolResult("t1", "lookup_order", '{"status":"shipped"}')]);
      session.commit([assistantMessage({ id: "a1", text: ARABIC_ANSWER })]);
      session.commit([run("r1", "stopped")]);
    }),
  ],
  play: async ({ canvas, canvasElement, step }) => {
    const panel = root(canvasElement).getBoundingClientRect();
    await step("V22 own messages stand at the inline end: the left", async () => {
      const bubble = (await canvas.findByText("أين طلبي رقم 4021؟")).getBoundingClientRect();
      await expect(bubble.left - panel.left).toBeLessThan(panel.right - bubble.right);
    });
    await step("V22 the send button stands at the left, code stays from left to right", async () => {
      const send = canvas.getByRole("button", { name: "إرسال الرسالة" }).getBoundingClientRect();
      await expect(send.right).toBeLessThan(canvas.getByRole("textbox").getBoundingClientRect().left + 1);
      await expect(canvas.getByText(/const order/).matches(":dir(ltr)")).toBe(true);
    });
  },
};

/** 360 px, as on a small phone. */
export const Narrow: Story = {
  globals: { viewport: { value: "phone" } },
  loaders: [hubScene(conversation)],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V22 nothing is wider than the screen, and the hint about keys is gone", async () => {
      await canvas.findByText("Where is my order 4021?");
      await expect(window.innerWidth).toBe(360);
      await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
      await expect(canvasElement.querySelector("[data-part=composer-hint]")).not.toBeVisible();
    });
  },
};

/** For readers who asked their system for less motion: nothing breathes, spins or slides. The tests run with that wish. */
export const ReducedMotion: Story = {
  loaders: [
    hubScene(({ session }) => {
      for (const commit of WORKING_TURN) session.commit(commit);
    }),
  ],
  play: async ({ canvas, canvasElement, step }) => {
    await canvas.findByText("Thinking…");
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    await step("V22 no animation runs on", async () => {
      await waitFor(async () => {
        const running = root(canvasElement)
          .getAnimations({ subtree: true })
          .filter((animation) => animation.playState === "running");
        await expect(running).toEqual([]);
      });
    });
  },
};
