import { describe, expect, it } from "vitest";
import { manualPlatform } from "../../testing/manual-platform.ts";
import { createLifetime } from "./lifetime.ts";

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

function start() {
  const platform = manualPlatform({ start: 0 });
  const log: string[] = [];
  const lifetime = createLifetime({
    platform,
    noticeMs: 60 * SECOND,
    graceMs: 30 * SECOND,
    onExpiring: (remainingMs) => log.push(`${platform.now() / SECOND}: ${remainingMs / SECOND} left`),
    onExpired: () => log.push(`${platform.now() / SECOND}: over`),
  });
  return { platform, log, lifetime };
}

describe("until when a connection is who it says", () => {
  it("X8 a notice comes a minute before the end, the end comes after the grace", async () => {
    const { platform, log, lifetime } = start();
    lifetime.renew(600 * SECOND);
    await platform.advance(3_600 * SECOND);
    expect(log).toEqual(["540: 60 left", "630: over"]);
  });

  it("AT-25 X8 credentials of a minute are renewed at half of it, again and again, without a rush", async () => {
    const { platform, log, lifetime } = start();
    for (let minute = 0; minute < 10; minute += 1) {
      lifetime.renew(platform.now() + 60 * SECOND);
      await platform.advance(30 * SECOND);
    }
    expect(log).toEqual(Array.from({ length: 10 }, (_, at) => `${(at + 1) * 30}: 30 left`));
    expect(platform.pendingTimers).toBe(1);
  });

  it("X8 a renewal that gains nothing brings no second notice, and does not move the end", async () => {
    const { platform, log, lifetime } = start();
    lifetime.renew(60 * SECOND);
    await platform.advance(40 * SECOND);
    lifetime.renew(60 * SECOND);
    await platform.advance(60 * SECOND);
    expect(log).toEqual(["30: 30 left", "90: over"]);
  });

  it("X8 a renewal that gains nothing costs nobody the notice", async () => {
    const { platform, log, lifetime } = start();
    lifetime.renew(600 * SECOND);
    await platform.advance(100 * SECOND);
    lifetime.renew(600 * SECOND);
    await platform.advance(600 * SECOND);
    expect(log).toEqual(["540: 60 left", "630: over"]);
  });

  it("X8 a renewal within the grace counts; without an end there is nothing to wait for", async () => {
    const { platform, log, lifetime } = start();
    lifetime.renew(60 * SECOND);
    await platform.advance(89 * SECOND);
    lifetime.renew(undefined);
    await platform.advance(DAY);
    expect(log).toEqual(["30: 30 left"]);
    expect(platform.pendingTimers).toBe(0);
  });

  it("X8 an end beyond what a timer counts is neither now nor never", async () => {
    const { platform, log, lifetime } = start();
    lifetime.renew(90 * DAY);
    await platform.advance(91 * DAY);
    expect(log).toEqual([`${90 * 86_400 - 60}: 60 left`, `${90 * 86_400 + 30}: over`]);
  });

  it("X8 a clock that is set back brings the end no later than its own time", async () => {
    const { platform, log, lifetime } = start();
    lifetime.renew(120 * SECOND);
    platform.setNow(-10 * SECOND);
    await platform.advance(200 * SECOND);
    expect(log).toEqual(["60: 60 left", "150: over"]);
  });

  it("nothing comes after stop", async () => {
    const { platform, log, lifetime } = start();
    lifetime.renew(60 * SECOND);
    lifetime.stop();
    await platform.advance(DAY);
    expect(log).toEqual([]);
    expect(platform.pendingTimers).toBe(0);
  });
});
