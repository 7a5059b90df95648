import { describe, expect, it } from "vitest";
import { isTooCostly, stepsFor } from "./markdown-limits.ts";

describe("X26 what people and models write is read as markdown", () => {
  it.each([
    ["a list of 300", "- an *item* with `code` and a [link](https://a.example)\n".repeat(300)],
    ["a table of 200 rows", `| a | b | c |\n|---|---|---|\n${"| one | two | three |\n".repeat(200)}`],
    ["prose of 50 pages", "It was a dark and stormy night; nobody knew why. ".repeat(3000)],
    ["code of 5,000 lines", `\`\`\`ts\n${"const a = [1, 2, 3]; // *\n".repeat(5000)}\`\`\``],
    ["a picture of 256 KiB", `![a](data:image/png;base64,${"iVBORw0KGgo/+A".repeat(18_000)})`],
    ["an address of 1,500 characters", `https://a.example/?q=${"x".repeat(1500)}`],
  ])("%s", (_name, text) => {
    expect(isTooCostly(text)).toBe(false);
  });
});

it("X26 what only begins like code counts as what it is", () => {
  const lines = "a\n".repeat(2000);
  expect(stepsFor(`\`\`\`\n${lines}\`\`\``)).toBeLessThan(100);
  expect(stepsFor(`\`\`\`\n\`\`\`\n> ${lines}`)).toBeGreaterThan(20_000);
});
