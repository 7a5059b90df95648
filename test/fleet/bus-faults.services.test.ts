import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { findProgram } from "../../scripts/find-program.ts";
import { startRedis, type TestRedis } from "../services/start-redis.ts";
import { type Fleet, fleets } from "./fleet.ts";
import { LONG, SCENARIO_MS, tell } from "./lane.ts";
import { Load } from "./load.ts";

const postgresUrl = inject("postgresUrl") ?? "";
const hasRedis = findProgram("redis-server", "valkey-server") !== null;

const SAYS = LONG ? 60 : 3;
const DROP_EVERY_MS = LONG ? 2_000 : 300;

/** Two clients at each of three nodes, in two sessions. */
async function sixClients(fleet: Fleet) {
  const places = fleet.nodes.flatMap((node) => ["left", "right"].map((session) => ({ node, session })));
  return Promise.all(places.map(({ node, session }) => fleet.client(session, node)));
}

/** Does it again and again while `work` lasts. */
async function every(ms: number, disturb: () => Promise<unknown>, work: Promise<unknown>): Promise<void> {
  let pending: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    pending = Promise.all([pending, disturb()]);
  }, ms);
  try {
    await work;
  } finally {
    clearInterval(timer);
    await pending;
  }
}

describe.skipIf(postgresUrl === "")("a bus that fails", { timeout: SCENARIO_MS }, () => {
  const start = fleets();

  describe.skipIf(!hasRedis)("Redis", () => {
    let redis: TestRedis;
    let admin: Redis;
    beforeAll(async () => {
      const started = await startRedis();
      if (started === null) throw new Error("There is a Redis on this machine");
      redis = started;
      admin = new Redis(redis.url);
      admin.on("error", () => undefined);
    });
    afterAll(async () => {
      admin.disconnect();
      await redis.stop();
    });
    const threeNodes = (ringsLost: number) =>
      start({ nodes: 3, postgresUrl, bus: { type: "redis", url: redis.url }, ringsLost });

    it("AT-20 F-B1 loses 3 of 10 rings and its listeners again and again: all clients come to the end", async () => {
      await using fleet = await threeNodes(3);
      const clients = await sixClients(fleet);
      const load = new Load(clients);
      const begun = performance.now();
      await every(DROP_EVERY_MS, () => admin.call("CLIENT", "KILL", "TYPE", "pubsub"), load.say(SAYS));
      const ends = await load.expectNothingLost(fleet);
      expect(new Set(ends)).toEqual(new Set(["ChatRunFinished"]));
      expect(clients.map(({ connections }) => connections)).toEqual(clients.map(() => 1));
      tell("rings lost, listeners dropped", {
        messages: load.size,
        "seconds in all": (performance.now() - begun) / 1_000,
      });
    });

    it("F-B3 F-B4 flushed, paused, killed: nothing is lost, sockets stay, and it rings again afterwards", async () => {
      await using fleet = await threeNodes(0);
      const clients = await sixClients(fleet);
      const load = new Load(clients);
      await Promise.all(fleet.nodes.map((node) => node.doorbell("listening")));
      await Promise.all([load.say(1), admin.flushall(), admin.call("CLIENT", "PAUSE", "300")]);
      redis.signal("SIGSTOP");
      await load.say(1);
      redis.signal("SIGCONT");
      await redis.halt("SIGKILL");
      await Promise.all(fleet.nodes.map((node) => node.doorbell("deaf")));
      // Nobody rings, and yet every client hears.
      await load.say(1);
      await load.expectNothingLost(fleet);
      await redis.resume();
      await Promise.all(fleet.nodes.map((node) => node.doorbell("listening")));
      await load.say(1);
      const ends = await load.expectNothingLost(fleet);
      expect(new Set(ends)).toEqual(new Set(["ChatRunFinished"]));
      expect(clients.map(({ connections }) => connections)).toEqual(clients.map(() => 1));
    });
  });

  it("F-B1 PostgreSQL drops whoever listens, again and again: all clients come to the end", async () => {
    await using fleet = await start({ nodes: 3, postgresUrl, bus: { type: "postgres" }, ringsLost: 3 });
    const clients = await sixClients(fleet);
    const load = new Load(clients);
    const dropListeners = () =>
      fleet.pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN %'",
        [fleet.schema],
      );
    await every(DROP_EVERY_MS, dropListeners, load.say(SAYS));
    const ends = await load.expectNothingLost(fleet);
    expect(new Set(ends)).toEqual(new Set(["ChatRunFinished"]));
    expect(clients.map(({ connections }) => connections)).toEqual(clients.map(() => 1));
  });
});
