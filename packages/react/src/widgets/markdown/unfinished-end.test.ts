import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutUnfinishedEnd } from "./unfinished-end.ts";

describe("V08 what comes next decides what it is, so it is not shown yet", () => {
  it.each<[string, string]>([
    ["plain text", "plain text"],
    ["a | b", "a | b"],
    ["|", ""],
    ["| order | total |", ""],
    ["| order | total |\n", ""],
    ["| order | total |\n|---|", ""],
    ["| order | total |\n|---|---|\n", "| order | total |\n|---|---|\n"],
    ["| order | total |\n|---|---|\n| 10", "| order | total |\n|---|---|\n| 10"],
    ["Here:\n| order |\n|-", "Here:\n"],
    ["- Here:\n  | order |\n  |-", "- Here:\n  "],
    ["> | order |\n> |-", "> "],
    // No table after all.
    ["| not a table\ntext", "| not a table\ntext"],
    ["| a |\n| b |", "| a |\n"],
    ["| a |\n\n", "| a |\n\n"],
    ["```\n| a |", "```\n| a |"],
    // A heading, a rule, or the first item of a list.
    ["Here:\n-", "Here:\n"],
    ["Here:\n- ", "Here:\n"],
    ["Here:\n- one", "Here:\n- one"],
    ["order | total\n--- |", "order | total\n"],
    ["Here:\n\n-", "Here:\n\n-"],
    ["Title\n---\n", "Title\n---\n"],
  ])("%j is shown as %j", (block, shown) => {
    expect(withoutUnfinishedEnd(block)).toBe(shown);
  });

  const piece = fc.constantFrom(
    "| a | b |",
    "|---|---|",
    "|",
    "-",
    "text",
    "- item",
    "> ",
    "  ",
    "```",
    "1. ",
    "=",
    ":",
    "\n",
    "\n",
    "\n",
    "\n\n",
  );
  const blocks = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(""));

  it("what was shown stays shown, whatever is appended", () => {
    fc.assert(
      fc.property(blocks, (block) => {
        let before = "";
        for (let end = 1; end <= block.length; end += 1) {
          const shown = withoutUnfinishedEnd(block.slice(0, end));
          expect(block.slice(0, end).startsWith(shown)).toBe(true);
          expect(shown.startsWith(before)).toBe(true);
          before = shown;
        }
      }),
      { numRuns: 500 },
    );
  });

  it("no more than two lines are held", () => {
    fc.assert(
      fc.property(blocks, (block) => {
        expect(block.slice(withoutUnfinishedEnd(block).length).split("\n").length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
