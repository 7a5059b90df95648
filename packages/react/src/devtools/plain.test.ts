import { expect, it } from "vitest";
import { plain, shapeOf } from "./plain.ts";

it("V24 the sanitiser says what JSON cannot, and ends", () => {
  const circle: Record<string, unknown> = { at: new Date(0), never: new Date(Number.NaN), n: 2n ** 64n, f: () => 1 };
  circle["self"] = circle;
  expect(plain(circle)).toEqual({
    at: "1970-01-01T00:00:00.000Z",
    never: "Invalid Date",
    n: "18446744073709551616",
    f: "[function]",
    self: "[circular]",
  });
  expect(plain(new Error("boom"))).toEqual({ name: "Error", message: "boom" });
  expect(plain([undefined, Number.NaN, new Map([["a", 1]]), Symbol("s")])).toEqual([
    null,
    "NaN",
    [["a", 1]],
    "[symbol]",
  ]);
});

it("V24 ends in the deep, and twice the same is no circle", () => {
  const shared = { a: 1 };
  expect(plain([shared, shared])).toEqual([shared, shared]);
  let deep: unknown = "end";
  for (let level = 0; level < 50; level += 1) deep = [deep];
  expect(JSON.stringify(plain(deep))).toContain("[deeper]");
});

it("K39 the shape of a payload has its fields and no value, nor a name from inside", () => {
  const payload = {
    "@type": "type.googleapis.com/shop.Order",
    note: "canary",
    price: 61.5,
    gift: true,
    who: { canary: "canary" },
    items: ["canary"],
    none: null,
  };
  expect(shapeOf(payload)).toEqual({
    "@type": "type.googleapis.com/shop.Order",
    note: "text of 6",
    price: "number",
    gift: "boolean",
    who: "object of 1",
    items: "list of 1",
    none: "null",
  });
});
