import { describe, expect, it } from "vitest";
import { parseJson, prettyJson } from "./json-text.ts";

describe("X29 arguments are shown as the tool gets them", () => {
  it.each([
    ["a number longer than ours", '{"to":12345678901234567890}', '{\n  "to": 12345678901234567890\n}'],
    ["a name said twice", '{"path":"a","path":"b"}', '{\n  "path": "a",\n  "path": "b"\n}'],
    ["an amount", '{"amount":10.00}', '{\n  "amount": 10.00\n}'],
    ["letters by their number", '"\\u00e9\\"\\u202e"', '"é\\"\u202e"'],
  ])("%s", (_name, text, shown) => {
    expect(prettyJson(text)).toBe(shown);
  });

  it.each(["{}", "[]", "null", ' { "a" : [ 1, { }, [ ], [ [ true ] ] ] , "b:,{" : "c\\\\" } '])(
    "%j is indented",
    (text) => {
      expect(prettyJson(text)).toBe(JSON.stringify(JSON.parse(text), null, 2));
    },
  );

  it.each(["", "{", '{"path": "rep', "[1,]", "plain"])("%j is shown as it is", (text) => {
    expect(prettyJson(text)).toBe(text);
    expect(parseJson(text)).toBeUndefined();
  });
});

it.each([1_000, 6_000])("X26 arguments in %i brackets are shown, and no larger than they are", (depth) => {
  const text = `${"[".repeat(depth)}${"]".repeat(depth)}`;
  expect(prettyJson(text) === text).toBe(true);
});
