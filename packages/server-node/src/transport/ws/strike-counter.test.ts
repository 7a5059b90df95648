import { expect, it } from "vitest";
import { createStrikeCounter } from "./strike-counter.ts";

it("strikes count within the window only", () => {
  let now = 0;
  const counter = createStrikeCounter(3, 60_000, () => now);
  const at = (ms: number) => {
    now = ms;
    return counter.strike();
  };
  expect([at(0), at(1), at(2), at(60_000), at(60_000)]).toEqual([false, false, false, false, true]);
});
