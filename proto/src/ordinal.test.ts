import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareOrdinals, formatOrdinal, parseOrdinal } from "./ordinal.ts";

const UINT64_MAX = 2n ** 64n - 1n;
const anyOrdinal = fc.bigInt({ min: 0n, max: UINT64_MAX });

describe("ordinals", () => {
  it("P21 L3 every uint64 survives its decimal string", () => {
    fc.assert(fc.property(anyOrdinal, (ordinal) => parseOrdinal(formatOrdinal(ordinal)) === ordinal));
    expect(parseOrdinal("18446744073709551615")).toBe(UINT64_MAX);
  });

  it("P21 neighbours above 2^53 stay apart", () => {
    const at = 2n ** 53n;
    expect(compareOrdinals(at, at + 1n)).toBe(-1);
    expect(parseOrdinal("9007199254740993")).toBe(at + 1n);
  });

  it("P21 order is the order of the numbers, not of the texts", () => {
    fc.assert(
      fc.property(anyOrdinal, anyOrdinal, (a, b) => Math.sign(compareOrdinals(a, b)) === (a < b ? -1 : a > b ? 1 : 0)),
    );
    expect(compareOrdinals(9n, 10n)).toBe(-1);
  });

  it("P20 an absent ordinal is zero", () => {
    expect(parseOrdinal(undefined)).toBe(0n);
  });

  const refused = [
    5,
    0,
    -1,
    2 ** 60,
    "-1",
    "+1",
    "01",
    "00",
    "",
    " 1",
    "1 ",
    "1e3",
    "0x10",
    "1.0",
    "one",
    "18446744073709551616",
    null,
    true,
    {},
    ["1"],
    5n,
  ];
  it.each(refused)("P22 refuses %s", (json) => {
    expect(parseOrdinal(json)).toBeNull();
  });
});
