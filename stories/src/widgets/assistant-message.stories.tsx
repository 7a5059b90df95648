import { appendText, assistantMessage, finishText } from "@sessionstream/client/testing";
import { SAMPLE_MARKDOWN } from "@sessionstream/react/testing";
import { AssistantMessage } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, spyOn, waitFor, within } from "storybook/test";
import { hubScene, hubSceneOf } from "../stage/scene.ts";
import { RowsOnSurface } from "../stage/stage.tsx";

/**
 * What a model wrote, as markdown while it still grows. It is shown and nothing else: raw HTML stays text, links are
 * checked, and no image is fetched.
 */
const meta = {
  title: "Widgets/Assistant message",
  component: RowsOnSurface,
  subcomponents: { AssistantMessage },
} satisfies Meta<typeof RowsOnSurface>;

export default meta;
type Story = StoryObj<typeof meta>;

const answer = (text: string, fields: { readonly error?: string } = {}) =>
  hubScene(({ session }) => session.commit([assistantMessage({ id: "a1", text, fields })]));

/** Text still grows: a mark breathes where it does. Finished paragraphs keep their elements. */
export const Streaming: Story = {
  loaders: [
    hubScene(({ session }) =>
      session.commit([
        assistantMessage({
          id: "a1",
          streaming: true,
          text: "Your order left the warehouse this morning.\n\nIt is on its way to **Lyon** and should",
        }),
      ]),
    ),
  ],
  play: async ({ canvas, canvasElement, step, ...context }) => {
    const { session } = hubSceneOf(context);
    const first = await canvas.findByText("Your order left the warehouse this morning.");
    const message = canvasElement.querySelector("[data-part=message]");
    await step("V07 is marked as growing and offers no copy yet", async () => {
      await expect(message).toHaveAttribute("data-state", "streaming");
      await expect(canvas.queryByRole("button", { name: "Copy" })).not.toBeInTheDocument();
    });
    await step("V02 more text leaves what is finished untouched", async () => {
      session.commit([appendText("a1", " arrive on Friday.")]);
      await canvas.findByText(/should arrive on Friday\./);
      await expect(canvas.getByText("Your order left the warehouse this morning.")).toBe(first);
    });
  },
};

/** The same text, done. */
export const Finished: Story = {
  ...Streaming,
  play: async ({ canvas, canvasElement, step, ...context }) => {
    const { session } = hubSceneOf(context);
    await canvas.findByText("Your order left the warehouse this morning.");
    await step("V07 ends as finished, with a copy button", async () => {
      session.commit([appendText("a1", " arrive on Friday.")]);
      session.commit([finishText("a1")]);
      await waitFor(() =>
        expect(canvasElement.querySelector("[data-part=message]")).toHaveAttribute("data-state", "finished"),
      );
      await canvas.findByRole("button", { name: "Copy" });
    });
  },
};

/** Everything an answer may be made of. Its headings stand below those of the page. */
export const Markdown: Story = {
  loaders: [answer(`# Order 4021\n\n${SAMPLE_MARKDOWN}\n\n## What is left to do\n\n- [x] Packed\n- [ ] Delivered`)],
  play: async ({ canvas, step }) => {
    await step("V22 headings do not compete with the page's", async () => {
      await expect(await canvas.findByRole("heading", { name: "Order 4021" })).toHaveProperty("tagName", "H3");
      await expect(canvas.queryByRole("heading", { level: 1 })).not.toBeInTheDocument();
    });
    await step("V07 lists, tables, quotes and task marks are what they look like", async () => {
      await expect(canvas.getAllByRole("list").length).toBeGreaterThanOrEqual(2);
      await expect(canvas.getByRole("table")).toBeVisible();
      await expect(canvas.getByRole("img", { name: "Done" })).toBeVisible();
    });
  },
};

const CODE = `The tracking service answers with one event per scan:

\`\`\`ts
interface Scan {
  readonly at: string;
  readonly place: string;
}

export async function scansOf(orderId: string): Promise<readonly Scan[]> {
  const response = await fetch(\`https://tracking.example.com/orders/\${encodeURIComponent(orderId)}/scans?include=places,times,carriers\`);
  return response.json();
}
\`\`\`

Inline it reads \`await scansOf("4021")\`.`;

/** Lines scroll inside the block, never the page. */
export const Code: Story = {
  loaders: [answer(CODE)],
  play: async ({ canvas, step, userEvent }) => {
    const block = await canvas.findByRole("group", { name: "ts" });
    await step("V22 a wide block scrolls by itself and by keyboard", async () => {
      await expect(block).toHaveAttribute("tabindex", "0");
      await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(document.documentElement.clientWidth);
    });
    await step("V08 copies exactly the code", async () => {
      const write = spyOn(navigator.clipboard, "writeText").mockResolvedValue();
      const [copy] = canvas.getAllByRole("button", { name: "Copy" });
      if (copy === undefined) throw new Error("There is no copy button.");
      await userEvent.click(copy);
      await canvas.findByText("Copied");
      await expect(write.mock.lastCall?.[0]).toMatch(/^interface Scan \{[\s\S]*\}$/);
    });
  },
};

const TABLE = `| Carrier | Place | Time | State | Remark |
|---|---|---|:---:|---:|
| Colissimo | Lyon, sorting centre | Tuesday 22:10 | scanned | € 0.00 |
| Colissimo | Villeurbanne, depot | Wednesday 06:45 | loaded | € 4.90 |
| Colissimo | Lyon 3e, pick-up point | Thursday 09:30 | planned | € 12.50 |`;

/** A table as wide as it needs: it scrolls by itself, and by keyboard. */
export const Table: Story = {
  loaders: [answer(TABLE)],
  play: async ({ canvas, step }) => {
    await step("V07 aligns its columns without inline styles", async () => {
      const table = await canvas.findByRole("table");
      await expect(within(table).getByText("€ 12.50")).toHaveStyle({ textAlign: "end" });
      await expect(table.querySelector("[style]")).toBeNull();
    });
  },
};

const LINKS = `Follow it at [the carrier](https://tracking.example.com/8R0042311857), write to <help@example.com>, or see [your orders](/orders).

This one says one thing and leads elsewhere: [https://bank.example](https://phish.example/login).

These are no links any more: [run this](javascript:alert(1)) and [open that](data:text/html,hi).`;

/** A link that names another host says where it really leads; one that could run something is no link. */
export const Links: Story = {
  loaders: [answer(LINKS)],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V08 good links open apart and tell nothing about us", async () => {
      const link = await canvas.findByRole("link", { name: "the carrier" });
      await expect(link).toHaveAttribute("target", "_blank");
      await expect(link.getAttribute("rel")).toMatch(/noopener/);
    });
    await step("V08 a disguised link names its host", async () => {
      await expect(canvas.getByText("(phish.example)")).toBeVisible();
    });
    await step("V08 unsafe links are marked and lead nowhere", async () => {
      await expect(canvas.queryByRole("link", { name: "run this" })).not.toBeInTheDocument();
      await expect(canvasElement.querySelectorAll("[data-part=unsafe-link]")).toHaveLength(2);
    });
  },
};

/** Fetching it would tell its host who reads what, so it is named and not fetched. */
export const BlockedImage: Story = {
  loaders: [answer("Here is the parcel:\n\n![A parcel on a shelf](https://images.example.com/parcel.png?reader=42)")],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V08 fetches nothing and says so", async () => {
      await canvas.findByText("Image from images.example.com not loaded");
      await expect(canvasElement.querySelector("img")).toBeNull();
    });
  },
};

/** A token of a thousand characters breaks where it must. */
export const UnbrokenText: Story = {
  loaders: [answer(`The key is ${"c4f7a1e9".repeat(60)} and that is all.`)],
  play: async ({ canvas, step }) => {
    await step("V07 never makes the page wider", async () => {
      await canvas.findByText(/The key is/);
      await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(document.documentElement.clientWidth);
    });
  },
};

/** It broke off: what was written stays, and the reason stands below. */
export const Failed: Story = {
  loaders: [answer("Your order left the warehouse this", { error: "The model stopped answering." })],
  play: async ({ canvas, canvasElement, step }) => {
    await step("V07 keeps the text and names the error", async () => {
      await canvas.findByText("The model stopped answering.");
      await expect(canvas.getByText("Your order left the warehouse this")).toBeVisible();
      await expect(canvasElement.querySelector("[data-part=message]")).toHaveAttribute("data-state", "error");
    });
  },
};
