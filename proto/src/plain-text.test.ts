import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainText } from "./plain-text.ts";

/** What makes a careless reader look at everything again and again. */
const HOSTILE = [
  "[",
  "![",
  "](",
  "[a](",
  '](a "',
  "](a(b)",
  "`",
  "`a",
  "``a ",
  "*",
  "**a ",
  "_a",
  "~~",
  "<https:",
  "\\",
  "> ",
  "#",
  "- ",
  "- [ ] ",
  "1. ",
  "|",
  "|-",
  "= ",
  "-",
  " ",
  "~~~\n",
  "\n",
];

describe("G21 what Markdown says without its signs", () => {
  it.each([
    ["**Yes**, _really_, ***both*** and ~~no~~", "Yes, really, both and no"],
    ["# Result\n\nIt works", "Result\n\nIt works"],
    ["Result\n===\nIt works\n\n---\nEnd", "Result\n\nIt works\n\n\nEnd"],
    ["> - [x] done\n>\n> - [ ] open", "done\n\nopen"],
    ["1. one\n2) two", "one\ntwo"],
    ['See [the **docs**](https://example.com/a_(b) "Docs").', "See the docs."],
    ["![A cat](data:image/png;base64,AAAA", "A cat"],
    ["[![logo](a.png)](https://example.com) [1] and f(x)[2](3)", "logo [1] and f(x)2"],
    ["<https://example.com/_a_> and https://example.com/_a_", "https://example.com/_a_ and https://example.com/_a_"],
    ["| name | size |\n|:-----|-----:|\n| a | 1 |", "  name   size  \n\n  a   1  "],
    ["Call `__init__` or ``a`b``", "Call __init__ or a`b"],
    ["Do:\r\n```ts\r\nconst a = **b;\r\n# no heading\r\n```\r\n**Done**", "Do:\nconst a = **b;\n# no heading\nDone"],
    ["~~~\n```\n~~~\n_x_", "```\nx"],
    ["```\nnever closed", "never closed"],
    ["Costs \\$5 \\*net\\*", "Costs $5 *net*"],
    ["这是**粗体**文字", "这是粗体文字"],
  ])("%j is %j", (markdown, text) => {
    expect(plainText(markdown)).toBe(text);
  });

  it.each([
    "snake_case_name and __dunder",
    "2 * 3 * 4, 2*3*4 and 2 ** 3",
    "f(*args, **kwargs)(**more)",
    "a | b, C# and #hashtag",
    "Name: ____________",
    "array[0][1] and [x] and (y)",
    "C:\\dir\\file",
    ">_< :-|",
    "-_- <b>",
    "42.",
    "A lone ` and a lone ``` within",
  ])("%j stays as it is", (text) => {
    expect(plainText(text)).toBe(text);
  });

  it("leaves blocks of code out for who cannot show them", () => {
    expect(plainText("Look:\n```js\nlet a = 1;\n```\nThat is `all`.", { withoutCode: true })).toBe(
      "Look:\nThat is all.",
    );
  });

  it("leaves words alone, and never makes a text longer", () => {
    const word = fc.stringMatching(/^[a-zäß字]{1,8}$/u);
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(plainText(words.join(" "))).toBe(words.join(" "));
      }),
    );
    const piece = fc.constantFrom(..."*_`~[]()!#>|-\\ \n<:".split(""), "a", "](", "**", "```", "<https:", ' "');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(plainText(pieces.join("")).length).toBeLessThanOrEqual(pieces.join("").length);
      }),
    );
  });

  it.each(HOSTILE)("%j again and again is read in one go", (piece) => {
    const hostile = `${piece.repeat(2 ** 17 / piece.length)}a`;
    expect(plainText(hostile).length).toBeLessThanOrEqual(hostile.length);
  });

  it("a megabyte of all of that is read in one go", () => {
    const each = HOSTILE.map((piece) => piece.repeat(2 ** 20 / HOSTILE.length / piece.length)).join("");
    const mixed = HOSTILE.join("").repeat(2 ** 20 / HOSTILE.join("").length);
    for (const hostile of [each, mixed]) expect(plainText(hostile).length).toBeLessThanOrEqual(hostile.length);
  });
});
