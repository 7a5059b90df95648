import { describe, expect, it } from "vitest";
import { leakLoop } from "./leak-loop.ts";
import { virtualDay } from "./virtual-day.ts";

// The same for 24 hours and 10,000 loops, with heap, and a million events: `npm run soak:long`.
describe("after a while", () => {
  it("Q11 F-S16 an hour of heartbeats, reconnects, renewals and evictions leaves every table as it was", async () => {
    const report = await virtualDay({ hours: 1 });
    expect(report.differences).toEqual([]);
    expect(report.after).toEqual(report.before);
    expect(report.commits).toBe(360);
    expect(report.reconnects).toBeGreaterThan(20);
    expect(report.renewals).toBeGreaterThan(20);
    expect(report.evicted).toBeGreaterThan(20);
  });

  it("Q11 500 clients that came and went leave nothing", async () => {
    const report = await leakLoop(500);
    expect(report.deaf).toBe(0);
    expect(report.after).toEqual(report.before);
  });
});
