import { describe, expect, inject, it, vi } from "vitest";
import { recital } from "../crash/chat-under-test.ts";
import { type Fleet, fleets } from "./fleet.ts";
import type { FleetClient } from "./fleet-client.ts";
import { SCENARIO_MS, tell, WITHIN } from "./lane.ts";
import { expectConverged, expectSound, untilAnswered } from "./oracle.ts";

const postgresUrl = inject("postgresUrl") ?? "";

describe.skipIf(postgresUrl === "")("an answer in one of two processes", { timeout: SCENARIO_MS }, () => {
  const start = fleets();
  const twoNodes = () => start({ nodes: 2, postgresUrl, bus: { type: "postgres" } });
  const phaseAt = ({ thread }: FleetClient) => {
    const { run } = thread.getStatus();
    return run.type === "run" ? run.phase : "none";
  };
  const shows = (client: FleetClient, phase: string) => vi.waitFor(() => expect(phaseAt(client)).toBe(phase), WITHIN);

  /** One of two people, each at a node of their own, has an answer running. `elsewhere` is who is not at its owner's. */
  async function answering(fleet: Fleet, session: string) {
    const clients = await Promise.all(fleet.nodes.map((node) => fleet.client(session, node)));
    await clients[0]?.send("talk");
    const owner = await fleet.owner(session);
    const elsewhere = clients[fleet.nodes.indexOf(owner) === 0 ? 1 : 0];
    if (elsewhere === undefined) throw new Error("There is a client at each node");
    await shows(elsewhere, "running");
    return { clients, owner, elsewhere };
  }

  it("AT-3 ends when somebody at the other process stops it", async () => {
    await using fleet = await twoNodes();
    const { clients, owner, elsewhere } = await answering(fleet, "stopped");
    await elsewhere.thread.stop();
    await owner.engine("stopped", "stopped");
    await Promise.all(clients.map((client) => shows(client, "stopped")));
    await expectSound(fleet, "stopped");
    await expectConverged(fleet, clients);
  });

  it("AT-5 F-R1 is interrupted everywhere when its process is killed, and the next try is answered", async () => {
    await using fleet = await twoNodes();
    const clients = await Promise.all([1, 2, 3, 4].map(() => fleet.client("killed")));
    const [first] = clients;
    if (first === undefined) throw new Error("There are four clients");
    await first.send("talk");
    const owner = await fleet.owner("killed");
    await Promise.all(clients.map((client) => shows(client, "running")));
    const killedAt = performance.now();
    await owner.kill();
    const shownAfter = await Promise.all(
      clients.map(async (client) => {
        await shows(client, "interrupted");
        return performance.now() - killedAt;
      }),
    );
    expect(Math.max(...shownAfter)).toBeLessThan(45_000);
    tell("owner killed", { "interrupted at all clients after ms": Math.max(...shownAfter) });
    const { run } = first.thread.getStatus();
    if (run.type !== "run") throw new Error("The interrupted run is shown");
    await first.thread.retryRun(run.id);
    await Promise.all(clients.map((client) => shows(client, "running")));
    await first.thread.stop();
    await Promise.all(clients.map((client) => shows(client, "stopped")));
    const { runEnds } = await expectSound(fleet, "killed");
    expect(runEnds).toEqual(["ChatRunInterrupted", "ChatRunStopped"]);
    await expectConverged(fleet, clients);
  });

  it("F-R5 that slept while its lease was taken adds nothing when it wakes", async () => {
    await using fleet = await twoNodes();
    const { clients, owner, elsewhere: awake } = await answering(fleet, "asleep");
    owner.signal("SIGSTOP");
    try {
      await shows(awake, "interrupted");
      await awake.send(recital("meanwhile"));
      await untilAnswered(fleet, "asleep");
    } finally {
      owner.signal("SIGCONT");
    }
    const before = await fleet.log("asleep");
    await owner.engine("asleep", "stopped");
    const { log, runEnds } = await expectSound(fleet, "asleep");
    expect(log).toEqual(before);
    expect(runEnds).toEqual(["ChatRunInterrupted", "ChatRunFinished"]);
    await expectConverged(fleet, clients);
  });
});
