import { describe, expect, inject, it } from "vitest";
import { recital } from "../crash/chat-under-test.ts";
import { fleets } from "./fleet.ts";
import { LONG, SCENARIO_MS, tell } from "./lane.ts";
import { expectConverged, expectSound, untilAnswered } from "./oracle.ts";

const postgresUrl = inject("postgresUrl") ?? "";
const redisUrl = inject("redisUrl");

const SESSIONS = ["one", "two", "three"];
const COMMITS_EACH = Math.ceil((LONG ? 5_000 : 300) / SESSIONS.length);
const SENDS = LONG ? 200 : 40;
const CLIENTS_EACH = 4;

describe.skipIf(postgresUrl === "")("two processes on one PostgreSQL", { timeout: SCENARIO_MS }, () => {
  const start = fleets();

  it("F-S5 commit to the same sessions at once: the logs are dense, and every event stands there once", async () => {
    await using fleet = await start({ nodes: 2, postgresUrl, bus: { type: "postgres" } });
    const begun = performance.now();
    await Promise.all(
      fleet.nodes.flatMap((node, index) =>
        SESSIONS.map((session) => node.publish(session, `node-${index}`, COMMITS_EACH)),
      ),
    );
    const seconds = (performance.now() - begun) / 1_000;
    tell("shared sessions", { "commits a second": (2 * COMMITS_EACH * SESSIONS.length) / seconds });
    for (const session of SESSIONS) {
      const { log } = await expectSound(fleet, session);
      // CAST: the nodes publish nothing else.
      const written = log.map(({ payload }) => (JSON.parse(payload) as { readonly messageId: string }).messageId);
      const expected = [0, 1].flatMap((node) => Array.from({ length: COMMITS_EACH }, (_, n) => `node-${node}-${n}`));
      expect(written.toSorted()).toEqual(expected.toSorted());
    }
  });

  it("AT-6 take what eight clients say at once: none of it is lost, and all see one order", async () => {
    const bus = redisUrl === null ? ({ type: "postgres" } as const) : ({ type: "redis", url: redisUrl } as const);
    await using fleet = await start({ nodes: 2, postgresUrl, bus });
    const clients = await Promise.all(
      fleet.nodes.flatMap((node) => Array.from({ length: CLIENTS_EACH }, () => fleet.client("talk", node))),
    );
    const said = clients.flatMap((client, speaker) =>
      Array.from({ length: SENDS / clients.length }, (_, n) => ({ client, text: recital(`${speaker}-${n}`) })),
    );
    await Promise.all(said.map(({ client, text }) => client.send(text)));
    await untilAnswered(fleet, "talk");
    const { runEnds } = await expectSound(fleet, "talk");
    expect(runEnds).toEqual(said.map(() => "ChatRunFinished"));
    await expectConverged(fleet, clients);
    const [order = [], ...others] = clients.map((client) => client.prompts());
    expect(order.toSorted()).toEqual(said.map(({ text }) => text).toSorted());
    for (const other of others) expect(other).toEqual(order);
  });
});
