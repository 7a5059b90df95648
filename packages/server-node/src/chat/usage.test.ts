import { describe, expect, it } from "vitest";
import { addUsage, usageInfo } from "./usage.ts";

const MAX = 2 ** 31 - 1;

describe("token counts", () => {
  it("C19 saturate instead of overflowing", () => {
    expect(usageInfo({ inputTokens: 2 ** 40, outputTokens: Number.POSITIVE_INFINITY })).toMatchObject({
      inputTokens: MAX,
      outputTokens: MAX,
    });
    expect(addUsage(usageInfo({ inputTokens: MAX }), usageInfo({ inputTokens: 5 }))?.inputTokens).toBe(MAX);
  });

  it("C19 read what makes no sense as nothing", () => {
    expect(usageInfo({ inputTokens: Number.NaN, outputTokens: -3, cachedTokens: 1.9 })).toMatchObject({
      inputTokens: 0,
      outputTokens: 0,
      cachedTokens: 1,
      cacheReadInputTokens: 0,
    });
  });

  it("C19 add up over the calls of a run", () => {
    const first = usageInfo({ inputTokens: 3, outputTokens: 4 });
    expect(addUsage(undefined, first)).toBe(first);
    expect(addUsage(first, usageInfo({ inputTokens: 10 }))).toMatchObject({ inputTokens: 13, outputTokens: 4 });
  });
});
