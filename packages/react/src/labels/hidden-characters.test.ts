import { expect, it } from "vitest";
import { hidesCharacters, showHidden } from "./hidden-characters.ts";

it.each([
  ["\u202egnp.exe", "[U+202E]gnp.exe"],
  ["pay\u200bpal", "pay[U+200B]pal"],
  ["a\u2066b\u2069", "a[U+2066]b[U+2069]"],
  ["x\u{e0061}", "x[U+E0061]"],
  ["\ufeffx\u00ad", "[U+FEFF]x[U+00AD]"],
])("X24 %j is shown as %s", (text, shown) => {
  expect(hidesCharacters(text)).toBe(true);
  expect(showHidden(text)).toBe(shown);
});

it.each(["plain", "می\u200cخواهم", "👩\u200d💻 ❤\ufe0f", "שלום", "日本語", "naïve"])(
  "X24 %s stays as it is",
  (text) => {
    expect(hidesCharacters(text)).toBe(false);
    expect(showHidden(text)).toBe(text);
  },
);
