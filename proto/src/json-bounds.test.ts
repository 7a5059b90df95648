import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeClientFrame } from "./frame-codec.ts";
import { findOutOfBounds } from "./json-bounds.ts";

const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));
const items = (count: number) => Array.from({ length: count }, () => 0);

describe("bounds of JSON from outside", () => {
  it.each([
    ["depth", nested(32), nested(33)],
    ["keys", keys(256), keys(257)],
    ["items", items(4_096), items(4_097)],
    ["keys inside", [{ a: keys(256) }], [{ a: keys(257) }]],
  ])("X15 %s: the bound passes, one more does not", (_, within, beyond) => {
    expect(findOutOfBounds(within)).toBeNull();
    expect(findOutOfBounds(beyond)).toMatch(/^(JSON|A JSON)/);
  });

  it("X15 a hundred thousand brackets are a typed error, not an exhausted stack", () => {
    expect(findOutOfBounds(nested(1e5))).toMatch("nested");
    const text = `{"subscribe":${"[".repeat(1e5)}${"]".repeat(1e5)}}`;
    expect(decodeClientFrame(text)).toMatchObject({ ok: false, code: "bad_client_frame" });
  });

  it.each(["__proto__", "constructor", "prototype"])("X18 the key %s is refused wherever it stands", (key) => {
    for (const text of [
      `{"${key}":1}`,
      `[{"a":[{"${key}":{}}]}]`,
      `{"\\u00${key.charCodeAt(0).toString(16)}${key.slice(1)}":0}`,
    ]) {
      expect(findOutOfBounds(JSON.parse(text))).toMatch(key);
    }
    expect(findOutOfBounds({ text: key })).toBeNull();
  });

  it("X15 whatever passes is no deeper than allowed", () => {
    const depthOf = (value: unknown): number => {
      if (typeof value !== "object" || value === null) return 0;
      return 1 + Math.max(0, ...Object.values(value).map(depthOf));
    };
    const bounds = { maxDepth: 4, maxKeys: 6, maxItems: 6 };
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (json) => {
        if (findOutOfBounds(json, bounds) === null) expect(depthOf(json)).toBeLessThanOrEqual(4);
        else expect(depthOf(json) > 4 || widest(json) > 6 || JSON.stringify(json).includes("proto")).toBe(true);
      }),
    );
  });
});

function widest(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value);
  return Math.max(inside.length, ...inside.map(widest));
}
