import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { excerpt, messageExcerpt, PREVIEW_LENGTH } from "./excerpt.ts";

const units = fc.constantFrom("a", "é", "😀", "👩‍🚀", "\u{10ffff}", " ", "\n", "\0", "…", "\ud83d", "\ude00");
const text = fc.array(units, { maxLength: 400, size: "max" }).map((parts) => parts.join(""));

describe("G21 an excerpt", () => {
  it("is one line of whole characters, at most as many as asked for, with an ellipsis where it was cut", () => {
    fc.assert(
      fc.property(text, (said) => {
        const line = excerpt(said, 160);
        const whole = excerpt(said, 4_096);
        expect([...line].length).toBeLessThanOrEqual(160);
        expect(line).not.toMatch(/[\p{Cc}\p{Cs}]|\s\s/u);
        if (line === whole) return;
        expect(line.endsWith("…")).toBe(true);
        expect(whole.startsWith(line.slice(0, -1))).toBe(true);
      }),
    );
  });

  it("of an excerpt is itself", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 200 }), (said, length) => {
        const once = excerpt(said, length);
        expect(excerpt(once, length)).toBe(once);
      }),
    );
  });

  it.each([
    ["# Result\n\nIt is **`42`**:\n```\n6 * 7\n```", [], "Result It is 42: 6 * 7"],
    ["  ", ["__a__.png", "b.pdf"], "__a__.png, b.pdf"],
    ["", [], ""],
    [`![a cat](data:image/png;base64,${"A".repeat(2 ** 20)})`, [], "a cat"],
    [`# ${"wide ".repeat(2 ** 18)}`, [], `${"wide ".repeat(31)}wide…`],
  ])("of a message %# has no signs of Markdown", (content, filenames, expected) => {
    expect(messageExcerpt(content, filenames, PREVIEW_LENGTH)).toBe(expected);
  });
});
