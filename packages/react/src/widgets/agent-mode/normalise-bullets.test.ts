import { expect, it } from "vitest";
import { normaliseBullets } from "./normalise-bullets.ts";

it.each([
  [
    "bullets of every make",
    "• one\n‣ two\n◦ three\n· four\n– five\n— six\n* seven",
    "- one\n- two\n- three\n- four\n- five\n- six\n- seven",
  ],
  ["bullets without a space", "•one\n•two", "- one\n- two"],
  ["bullets in one line", "Because: • short • clear", "Because:\n- short\n- clear"],
  ["a list in one line", "• short • clear", "- short\n- clear"],
  ["nested bullets", "• one\n  ◦ half", "- one\n  - half"],
  ["the indentation of a YAML block", "    • one\n    • two", "- one\n- two"],
  ["line ends of Windows", "• one\r\n• two", "- one\n- two"],
  ["a bullet that waits for its text", "Because\n-", "Because"],
  ["empty bullets between others", "- one\n•\n- two", "- one\n- two"],
])("V11 makes a markdown list of %s", (_, analysis, markdown) => {
  expect(normaliseBullets(analysis)).toBe(markdown);
});

it.each([
  ["numbered lists", "1. one\n2. two"],
  ["emphasis and negative numbers", "**bold** and *soft*\n-5 degrees, 3 – 4 hours"],
  ["code", "```\n• kept\n  * kept\n```"],
  ["nothing", ""],
])("V11 leaves %s alone", (_, analysis) => {
  expect(normaliseBullets(analysis)).toBe(analysis);
});
