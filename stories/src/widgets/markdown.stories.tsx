import { ImagesProvider, Markdown } from "@sessionstream/react/widgets";
import type { Meta, StoryObj } from "@storybook/react-vite";
import type { ComponentProps } from "react";
import { expect } from "storybook/test";
import { Surface, type SurfaceProps } from "../stage/stage.tsx";

type MarkdownStoryProps = ComponentProps<typeof Markdown> & Pick<SurfaceProps, "theme">;

/** The kit's markdown by itself, to use in widgets of your own. Type into `text` to try it. */
const meta = {
  title: "Widgets/Markdown",
  component: Markdown,
  render: ({ theme, ...props }) => (
    <Surface theme={theme}>
      <Markdown {...props} />
    </Surface>
  ),
} satisfies Meta<MarkdownStoryProps>;

export default meta;
type Story = StoryObj<MarkdownStoryProps>;

/** Ordered, nested, and to be ticked off. */
export const Lists: Story = {
  args: {
    text: "1. Pack the order\n   - organiser\n   - page markers\n2. Print the label\n3. Hand it over\n\n- [x] Paid\n- [x] Packed\n- [ ] Delivered",
  },
  play: async ({ canvas, step }) => {
    await step("V07 lists nest", async () => {
      await expect(canvas.getAllByRole("list")).toHaveLength(3);
      await expect(canvas.getAllByRole("img", { name: "Done" })).toHaveLength(2);
    });
  },
};

const HOSTILE = `<script>document.title = "owned"</script>

<img src=x onerror="document.title='owned'">

<iframe src="https://phish.example"></iframe>

[![click](https://phish.example/a.png)](javascript:document.title='owned')

<style>* { display: none }</style>

<form action="https://phish.example"><input name="password"></form>`;

/** Text of a model is data. HTML in it is shown as it was written. */
export const Hostile: Story = {
  args: { text: HOSTILE },
  play: async ({ canvasElement, step }) => {
    await step("V08 nothing of it becomes an element", async () => {
      await expect(canvasElement.querySelector("script, img, iframe, style, form, input")).toBeNull();
      await expect(canvasElement).toHaveTextContent('<script>document.title = "owned"</script>');
      await expect(document.title).not.toBe("owned");
    });
  },
};

/** Where they deceive, hidden characters are shown: in links and in code. */
export const HiddenCharacters: Story = {
  args: {
    text: 'Sign in at [https://bank.exa\u200bmple](https://phish.example), then run `rm \u202egnp.exe`:\n\n```js\nif (level !== "user\u202e \u2066// admin\u2069 \u2066") {\n```',
  },
  play: async ({ canvas, step }) => {
    await step("X24 each by its number, and where the link leads", async () => {
      await expect(canvas.getByRole("link")).toHaveTextContent("https://bank.exa[U+200B]mple");
      await expect(canvas.getByText("(phish.example)")).toBeVisible();
      await expect(canvas.getByRole("group", { name: "js" })).toHaveTextContent("[U+202E]");
    });
  },
};

const PICTURE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAGAAAAA2CAMAAAAPkWzgAAAACVBMVEX29vhadtKgo7DI83SJAAAARElEQVR42u3RIQ4AIAwEwcL/H43DkgaaAJl1NTeiEdKNtRkA8C+wGgAA8sDqBuSB7BMBgP0BAOD8IAAAAAAeBHpx5cAACFcInfYQ2C4AAAAASUVORK5CYII=";

/** An app may name places images are loaded from, and let small ones come inside the text; others stay placeholders. */
export const AllowedImages: Story = {
  args: { text: `![orders a day](${PICTURE})\n\n![a chart](https://elsewhere.example/chart.png)` },
  render: ({ theme, ...props }) => (
    <Surface theme={theme}>
      <ImagesProvider images={{ allow: ["https://cdn.example/charts/"], data: true }}>
        <Markdown {...props} />
      </ImagesProvider>
    </Surface>
  ),
  play: async ({ canvas, step }) => {
    await step("X21 X23 one is shown, the other named", async () => {
      await expect(canvas.getByRole("img", { name: "orders a day" })).toBeVisible();
      await expect(canvas.getByText("Image from elsewhere.example not loaded")).toBeVisible();
    });
  },
};

/** A fence that has not closed yet is code already, so that nothing flickers. */
export const HalfWritten: Story = {
  args: { text: "Like this:\n\n```ts\nconst order = await orders.get(", streaming: true },
  play: async ({ canvas, step }) => {
    await step("V07 an open fence is a code block", async () => {
      await expect(canvas.getByRole("group", { name: "ts" })).toHaveTextContent("const order = await orders.get(");
    });
  },
};

/** Pipes may become a table, which the row below them decides: until then nobody sees them. */
export const TableNotYet: Story = {
  args: { text: "Three are open:\n\n| Order | State |\n|---", streaming: true },
  play: async ({ canvas, canvasElement, step }) => {
    await step("V08 the header waits for the row that makes it one", async () => {
      await expect(canvas.getByText("Three are open:")).toBeVisible();
      await expect(canvasElement).not.toHaveTextContent("|");
    });
  },
};

/** From then on it grows row by row. */
export const TableBegun: Story = {
  args: { text: "Three are open:\n\n| Order | State |\n|---|---|\n| 4021 | Shipped |\n| 40", streaming: true },
  play: async ({ canvas, step }) => {
    await step("V08 a row is there as soon as it begins", async () => {
      await expect(canvas.getAllByRole("row")).toHaveLength(3);
      await expect(canvas.getByRole("cell", { name: "40" })).toBeVisible();
    });
  },
};
