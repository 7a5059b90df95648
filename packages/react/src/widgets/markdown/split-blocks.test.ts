import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitBlocks } from "./split-blocks.ts";

describe("V08 markdown is cut into blocks", () => {
  it.each<[string, readonly string[]]>([
    ["", []],
    ["one\n\ntwo", ["one\n\n", "two"]],
    ["- a\n\n- b\n\ntext", ["- a\n\n- b\n\n", "text"]],
    ["1. a\n\n   more of a\n\n2. b", ["1. a\n\n   more of a\n\n2. b"]],
    ["```\na\n\nb\n```\n\nafter", ["```\na\n\nb\n```\n\n", "after"]],
    ["```\nnever closed\n\nstill code", ["```\nnever closed\n\nstill code"]],
    ["```ts\r\na\r\n\r\nb\r\n```\r\n\r\nafter", ["```ts\r\na\r\n\r\nb\r\n```\r\n\r\n", "after"]],
    ["````\n```\n\n```\n````\n\nafter", ["````\n```\n\n```\n````\n\n", "after"]],
    ["    code\n\n    code\n\ntext", ["    code\n\n    code\n\n", "text"]],
    ["> a\n\n> b", ["> a\n\n", "> b"]],
    // A definition is seen by every block.
    ["see [x]\n\nmore\n\n[x]: https://example.com", ["see [x]\n\nmore\n\n[x]: https://example.com"]],
    // Not yet decided: this may become an item of the list above.
    ["- a\n\n1", ["- a\n\n1"]],
  ])("%j", (markdown, blocks) => {
    expect(splitBlocks(markdown)).toEqual(blocks);
  });

  const line = fc.constantFrom(
    "",
    "",
    "text",
    "- item",
    "  continued",
    "1. one",
    "```",
    "~~~",
    "> quote",
    "| a |",
    "# head",
    "* * *",
    "    code",
  );
  const documents = fc.array(line, { maxLength: 30 }).map((lines) => lines.join("\n"));

  it("loses and invents nothing", () => {
    fc.assert(
      fc.property(documents, (markdown) => {
        expect(splitBlocks(markdown).join("")).toBe(markdown);
      }),
    );
  });

  it("text that is appended changes the last block and no other", () => {
    fc.assert(
      fc.property(documents, fc.nat(), (markdown, cut) => {
        const before = splitBlocks(markdown.slice(0, cut % (markdown.length + 1)));
        const settled = before.slice(0, -1);
        expect(splitBlocks(markdown).slice(0, settled.length)).toEqual(settled);
      }),
      { numRuns: 500 },
    );
  });
});
