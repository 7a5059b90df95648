import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RuntimeEvent } from "../engine/runtime-event.ts";
import { createDeltaBatcher } from "./delta-batcher.ts";

const text = (id: string, said: string): RuntimeEvent => ({ type: "text-delta", id, text: said });
const reasoning = (id: string, said: string): RuntimeEvent => ({ type: "reasoning-delta", id, text: said });
const end = (id: string): RuntimeEvent => ({ type: "text-end", id });

function textOf(events: readonly RuntimeEvent[]): string {
  return events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
}

describe("batching of deltas", () => {
  it("C23 lets the first delta of a stream out at once and gathers the later ones", () => {
    const batcher = createDeltaBatcher();
    expect(batcher.push(text("a", "Hel"))).toEqual([text("a", "Hel")]);
    expect(batcher.push(text("a", "lo "))).toEqual([]);
    expect(batcher.push(text("a", "you"))).toEqual([]);
    expect(batcher.holds()).toBe(true);
    expect(batcher.flush()).toEqual([text("a", "lo you")]);
    expect(batcher.holds()).toBe(false);
  });

  it.each<[string, RuntimeEvent]>([
    ["another stream", reasoning("r", "hm")],
    ["the end of the stream", end("a")],
    ["a tool call", { type: "tool-call", toolCallId: "t", toolName: "n", input: {} }],
    ["the end of the answer", { type: "finish" }],
  ])("C23 sends what waits before %s", (_what, next) => {
    const batcher = createDeltaBatcher();
    batcher.push(text("a", "1"));
    batcher.push(text("a", "2"));
    expect(batcher.push(next)).toEqual([text("a", "2"), next]);
  });

  it("C23 lets a stream's first delta out at once even while another one waits", () => {
    const batcher = createDeltaBatcher();
    batcher.push(text("a", "1"));
    batcher.push(text("a", "2"));
    expect(batcher.push(reasoning("r", "hm"))).toEqual([text("a", "2"), reasoning("r", "hm")]);
    expect(batcher.drain()).toEqual([]);
  });

  it("C25 never splits a code point, however the engine cuts the text", () => {
    const cut = fc.array(fc.string({ unit: "binary", minLength: 1 }), { minLength: 1, maxLength: 8 });
    const plan = fc.tuple(cut, fc.array(fc.nat({ max: 40 }), { maxLength: 10 }), fc.infiniteStream(fc.boolean()));
    fc.assert(
      fc.property(plan, ([parts, cuts, flushes]) => {
        const whole = parts.join("");
        const at = [...new Set([0, ...cuts.map((n) => Math.min(n, whole.length)), whole.length])].sort((a, b) => a - b);
        const batcher = createDeltaBatcher();
        const out: RuntimeEvent[] = [];
        for (const [index, from] of at.slice(0, -1).entries()) {
          out.push(...batcher.push(text("a", whole.slice(from, at[index + 1]))));
          if (flushes.next().value) out.push(...batcher.flush());
        }
        out.push(...batcher.drain());
        for (const event of out) expect(textOf([event])).not.toMatch(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/);
        expect(textOf(out)).toBe(whole);
      }),
    );
  });

  it("C25 says of half a code point that it cannot be read", () => {
    const batcher = createDeltaBatcher();
    const out = [
      ...batcher.push(text("a", "x\uD83D")),
      ...batcher.push(end("a")),
      ...batcher.push(text("b", "\uDE00y")),
    ];
    expect(textOf(out)).toBe("x\uFFFD\uFFFDy");
  });

  it("C23 cuts what is too long for one event", () => {
    const long = "🙂".repeat(9_000);
    const out = createDeltaBatcher().push(text("a", long));
    expect(out.length).toBeGreaterThan(1);
    expect(Math.max(...out.map((event) => textOf([event]).length))).toBeLessThanOrEqual(8_000);
    expect(textOf(out)).toBe(long);
  });
});
