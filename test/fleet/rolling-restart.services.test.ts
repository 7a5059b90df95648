import { CLOSE_CODES } from "@sessionstream/protocol";
import { describe, expect, inject, it, vi } from "vitest";
import { fleets } from "./fleet.ts";
import { LONG, SCENARIO_MS, tell, WITHIN } from "./lane.ts";
import { Load } from "./load.ts";

const postgresUrl = inject("postgresUrl") ?? "";
const redisUrl = inject("redisUrl");
const CLIENTS = LONG ? 60 : 9;

describe.skipIf(postgresUrl === "")("a rolling restart", { timeout: SCENARIO_MS }, () => {
  const start = fleets();

  it("F-S13 of three nodes under load loses and doubles nothing, and sends everybody elsewhere", async () => {
    const bus = redisUrl === null ? ({ type: "postgres" } as const) : ({ type: "redis", url: redisUrl } as const);
    await using fleet = await start({ nodes: 3, postgresUrl, bus, drainSpreadMs: LONG ? 20_000 : 300 });
    const sessions = ["left", "middle", "right"];
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => fleet.client(sessions[index % sessions.length] ?? "left")),
    );
    const load = new Load(clients);
    const restarts = async () => {
      for (const [index, node] of fleet.nodes.entries()) {
        const leftAtMs = await node.restart();
        expect(leftAtMs.length).toBeGreaterThan(0);
        tell(`node ${index + 1} restarted`, {
          clients: leftAtMs.length,
          "first left after ms": leftAtMs[0] ?? 0,
          "last left after ms": leftAtMs.at(-1) ?? 0,
        });
        await vi.waitUntil(() => clients.every((client) => client.isLive), WITHIN);
      }
    };
    await load.during(restarts());
    await load.expectNothingLost(fleet);
    const losses = clients.map((client) => client.losses);
    // Told to go, and not cut off.
    expect(new Set(losses.flat())).toEqual(new Set([CLOSE_CODES.draining]));
    tell("rolling restart", { messages: load.size, reconnects: losses.flat().length });
  });
});
