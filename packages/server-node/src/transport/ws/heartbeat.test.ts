import { describe, expect, it } from "vitest";
import { type ManualPlatform, manualPlatform } from "../../testing/manual-platform.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";

interface Scene {
  readonly platform: ManualPlatform;
  readonly heartbeat: Heartbeat;
  readonly totals: { enqueued: number; taken: number };
  readonly log: string[];
}

function scene(): Scene {
  const platform = manualPlatform();
  const totals = { enqueued: 0, taken: 0 };
  const log: string[] = [];
  const heartbeat = startHeartbeat({
    platform,
    intervalMs: 25_000,
    pongTimeoutMs: 10_000,
    ping() {
      log.push("ping");
      totals.enqueued += 10;
    },
    totals: () => totals,
    onDead: () => log.push("dead"),
  });
  return { platform, heartbeat, totals, log };
}

describe("P13 heartbeat", () => {
  it("a peer that says nothing is dead 10 s after the ping, once", async () => {
    const { platform, heartbeat, totals, log } = scene();
    await platform.advance(25_000);
    totals.taken = 10;
    heartbeat.written();
    await platform.advance(9_999);
    expect(log).toEqual(["ping"]);
    await platform.advance(1);
    expect(log).toEqual(["ping", "dead"]);
    await platform.advance(100_000);
    expect(log).toEqual(["ping", "dead"]);
  });

  it("anything heard is life", async () => {
    const { platform, heartbeat, log } = scene();
    for (let beat = 0; beat < 5; beat += 1) {
      await platform.advance(25_000);
      await platform.advance(9_000);
      heartbeat.heard();
    }
    expect(log).toEqual(["ping", "ping", "ping", "ping", "ping"]);
  });

  it("F-S14 a tick of ours that came late kills nobody", async () => {
    const { platform, heartbeat, totals, log } = scene();
    await platform.advance(25_000);
    totals.taken = 10;
    heartbeat.written();
    platform.setNow(platform.now() + 15_000);
    await platform.advance(0);
    expect(log).toEqual(["ping"]);
    heartbeat.heard();
    await platform.advance(24_000);
    expect(log).toEqual(["ping"]);
  });

  it("a ping that waits behind a moving queue has not been missed; behind a stuck one it has", async () => {
    const { platform, totals, log } = scene();
    totals.enqueued = 100;
    await platform.advance(25_000);
    totals.taken = 60;
    await platform.advance(10_000);
    expect(log).toEqual(["ping"]);
    await platform.advance(10_000);
    expect(log).toEqual(["ping", "dead"]);
  });

  it("the time to answer begins when the ping has left", async () => {
    const { platform, heartbeat, totals, log } = scene();
    totals.enqueued = 100;
    await platform.advance(25_000);
    await platform.advance(9_000);
    totals.taken = 110;
    heartbeat.written();
    await platform.advance(9_999);
    expect(log).toEqual(["ping"]);
    await platform.advance(1);
    expect(log).toEqual(["ping", "dead"]);
  });

  it("stops with its connection", async () => {
    const { platform, heartbeat, log } = scene();
    heartbeat.stop();
    await platform.advance(100_000);
    expect(log).toEqual([]);
    expect(platform.pendingTimers).toBe(0);
  });
});
