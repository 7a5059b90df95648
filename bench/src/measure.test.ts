import { describe, expect, it } from "vitest";
import { atLeast, atMost, isMet } from "./goal.ts";
import { type Comparison, measure, percentile, ratioOf, ratios, spread, type Variant } from "./measure.ts";

describe("arithmetic", () => {
  it("the median of an even number of values lies between the two in the middle", () => {
    expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1, high: 4 });
    expect(spread([7]).median).toBe(7);
  });

  it("a round is divided by the same round, so a slow moment of the machine cancels out", () => {
    expect(ratios([2, 20, 200], [1, 10, 100])).toEqual({ median: 2, low: 2, high: 2 });
  });

  it("percentiles are values that occurred", () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile([3], 0.99)]).toEqual([51, 100, 3]);
  });

  it("a figure that is missing meets no goal", () => {
    expect(isMet(atMost("G0", "", Number.NaN, 1))).toBe(false);
    expect(isMet(atLeast("G0", "", Number.NaN, 1))).toBe(false);
    expect([isMet(atMost("G0", "", 1, 1)), isMet(atLeast("G0", "", 0.9, 1))]).toEqual([true, false]);
  });
});

/** Takes note of its turn and claims what it cost. */
function said(order: string[], name: string, cpu: number): Variant {
  return {
    name,
    round({ record }) {
      order.push(name);
      record({ cpu, wall: 20 });
    },
  };
}

describe("measuring", () => {
  const comparison = (order: string[]): Comparison => ({
    id: "T",
    title: "",
    operation: "thing",
    operations: 10,
    rounds: 2,
    bound: "a",
    variants: [said(order, "a", 10), said(order, "b", 30)],
  });

  it("interleaves its variants and counts per operation", async () => {
    const order: string[] = [];
    const results = await measure(comparison(order));
    expect(order.join("")).toMatch(/^(ab)+$/);
    expect(results[1]).toMatchObject({ variant: "b", cpu: { median: 3 }, wall: { median: 2 } });
    expect(ratioOf(results, "b")).toBe(3);
  });

  it("refuses a variant that measured nothing, and a bound that is not there", async () => {
    const silent = { ...comparison([]), variants: [{ name: "a", round: () => {} }] };
    await expect(measure(silent)).rejects.toThrow("stopwatch");
    await expect(measure({ ...comparison([]), bound: "c" })).rejects.toThrow("bound");
  });
});
