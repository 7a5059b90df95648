import fc from "fast-check";
import { expect, it } from "vitest";
import { INITIAL_STICKY_SCROLL, type StickyScroll, type StickyScrollEvent, stickyScroll } from "./sticky-scroll.ts";

const viewport = 100;
const at = (distance: number, height = 1000) => ({ top: height - viewport - distance, height, viewport });
const scrolled = (distance: number, height = 1000): StickyScrollEvent => ({
  type: "scrolled",
  to: at(distance, height),
});
const play = (...events: StickyScrollEvent[]): StickyScroll["mode"] =>
  events.reduce(stickyScroll, stickyScroll(INITIAL_STICKY_SCROLL, { type: "pinned", to: at(0) })).mode;

it.each<[string, StickyScroll["mode"], StickyScrollEvent[]]>([
  ["starts at the end", "following", []],
  ["a wheel that goes up detaches at once", "detached", [{ type: "upward-intent" }]],
  ["scrolling up by more than 24 px detaches", "detached", [scrolled(25)]],
  ["a row that shrinks and grows again before we hear of it is no scrolling up", "following", [scrolled(11)]],
  ["coming back to 24 px attaches", "following", [scrolled(300), scrolled(24)]],
  ["coming back to 25 px does not", "detached", [scrolled(300), scrolled(25)]],
  ["going up within 24 px does not attach", "detached", [{ type: "upward-intent" }, scrolled(5), scrolled(10)]],
  ["content that grows keeps the end", "following", [{ type: "pinned", to: at(0, 1200) }, scrolled(0, 1200)]],
  ["content that shrinks is no scrolling up", "following", [{ type: "scrolled", to: at(40, 800) }]],
  [
    "a viewport that gets taller is no scrolling up",
    "following",
    [{ type: "scrolled", to: { top: 700, height: 1000, viewport: 300 } }],
  ],
  ["content that grows while detached stays detached", "detached", [scrolled(300), scrolled(500, 1200)]],
  ["jump attaches", "following", [scrolled(300), { type: "jump" }]],
])("V16 %s", (_name, mode, events) => {
  expect(play(...events)).toBe(mode);
});

it("V16 a page without overflow has nothing to detach from", () => {
  const fits = stickyScroll(INITIAL_STICKY_SCROLL, { type: "pinned", to: { top: 0, height: 80, viewport } });
  expect(stickyScroll(fits, { type: "upward-intent" }).mode).toBe("following");
});

it("V16 our own scrolling to the end never detaches, whatever grows or shrinks in between", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 100, max: 5000 })), (heights) => {
      const events = heights.flatMap((height): StickyScrollEvent[] => [
        { type: "pinned", to: at(0, height) },
        scrolled(0, height),
      ]);
      expect(play(...events)).toBe("following");
    }),
  );
});
