import { expect, it } from "vitest";
import { lanesToEvict } from "./eviction.ts";

const lane = (name: string, lastUsed: number, bytes: number, needed = false) => ({ name, lastUsed, bytes, needed });
const limits = { evictAfterMs: 100, maxMemoryBytes: 1_000 };

it("the idle leave, whatever they weigh", () => {
  expect(lanesToEvict([lane("old", 0, 1), lane("new", 50, 1)], limits, 100)).toEqual(["old"]);
});

it("beyond the memory limit the least recently used leave until the rest fits", () => {
  const lanes = [lane("a", 1, 400), lane("b", 2, 400), lane("c", 3, 400), lane("d", 4, 400)];
  expect(lanesToEvict(lanes, limits, 50)).toEqual(["a", "b"]);
});

it("who is needed stays", () => {
  const lanes = [lane("a", 1, 900, true), lane("b", 2, 400), lane("c", 0, 1, true)];
  expect(lanesToEvict(lanes, limits, 500)).toEqual(["b"]);
});
