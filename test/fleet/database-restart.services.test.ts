import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startPostgres, type TestPostgres } from "../services/start-postgres.ts";
import { fleets } from "./fleet.ts";
import { LONG, SCENARIO_MS } from "./lane.ts";
import { Load } from "./load.ts";

const redisUrl = inject("redisUrl");
const DOWN_MS = LONG ? 30_000 : 0;

describe.skipIf(inject("postgresUrl") === null)("PostgreSQL", { timeout: SCENARIO_MS }, () => {
  const start = fleets();
  let postgres: TestPostgres;
  beforeAll(async () => {
    const started = await startPostgres();
    if (started === null) throw new Error("The other database is given; this one needs the programs: run npm ci");
    postgres = started;
  }, SCENARIO_MS);
  afterAll(() => postgres.stop());

  it.each([
    ["as an operator does it", "SIGINT"],
    ["as a crash does it", "SIGQUIT"],
  ] as const)("F-D9 restarted under load, %s: nothing is lost, sockets stay", async (_how, signal) => {
    const bus = redisUrl === null ? ({ type: "none" } as const) : ({ type: "redis", url: redisUrl } as const);
    await using fleet = await start({ nodes: 2, postgresUrl: postgres.url, bus });
    const clients = await Promise.all(
      fleet.nodes.flatMap((node) => ["left", "right"].map((session) => fleet.client(session, node))),
    );
    const load = new Load(clients);
    await load.say(1);
    const restart = async () => {
      await postgres.halt(signal);
      await setTimeout(DOWN_MS);
      await postgres.resume();
    };
    await load.during(restart());
    await load.say(1);
    await load.expectNothingLost(fleet);
    expect(clients.map(({ connections }) => connections)).toEqual(clients.map(() => 1));
  });
});
