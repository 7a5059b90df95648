import { describe, expect, inject, it, vi } from "vitest";
import { type Fleet, fleets } from "./fleet.ts";
import type { FleetClient } from "./fleet-client.ts";
import { SCENARIO_MS, WITHIN } from "./lane.ts";
import { expectConverged, expectSound } from "./oracle.ts";

const postgresUrl = inject("postgresUrl") ?? "";

describe.skipIf(postgresUrl === "")(
  "a call that people have to allow, before two processes",
  {
    timeout: SCENARIO_MS,
  },
  () => {
    const start = fleets();
    const twoNodes = () => start({ nodes: 2, postgresUrl, bus: { type: "postgres" } });

    function shown(client: FleetClient, kind: string) {
      return client.entities().find((entity) => entity.kind === kind)?.payload ?? {};
    }

    const shows = (client: FleetClient, kind: string, status: string) =>
      vi.waitFor(() => expect(shown(client, kind)["status"]).toBe(status), WITHIN);

    function answer(client: FleetClient, decision: "approve" | "deny") {
      const { approvalId, digest } = shown(client, "ChatApproval");
      return client.thread.answerApproval({ approvalId: String(approvalId), digest: String(digest), decision });
    }

    /** Two people, each at a node of their own, are asked. */
    async function asking(
      fleet: Fleet,
      session: string,
      prompt = "delete",
    ): Promise<readonly [FleetClient, FleetClient]> {
      const [first, second] = await Promise.all(fleet.nodes.map((node) => fleet.client(session, node)));
      if (first === undefined || second === undefined) throw new Error("There is a client at each node");
      await first.send(prompt);
      await Promise.all([first, second].map((client) => shows(client, "ChatRun", "CHAT_RUN_STATUS_AWAITING_INPUT")));
      return [first, second];
    }

    const executions = (fleet: Fleet, session: string) =>
      fleet.nodes.reduce((sum, node) => sum + node.executed(session), 0);

    it("AT-17 is answered at another node than the one that asked, and executed once", async () => {
      await using fleet = await twoNodes();
      const clients = await asking(fleet, "elsewhere");
      const owner = await fleet.owner("elsewhere");
      const elsewhere = clients[fleet.nodes.indexOf(owner) === 0 ? 1 : 0];
      await answer(elsewhere, "approve");
      await Promise.all(clients.map((client) => shows(client, "ChatRun", "CHAT_RUN_STATUS_FINISHED")));
      await Promise.all(clients.map((client) => shows(client, "ChatToolCall", "completed")));
      expect(executions(fleet, "elsewhere")).toBe(1);
      await expectSound(fleet, "elsewhere");
      await expectConverged(fleet, clients);
    });

    it("AT-17 F-R6 is answered by two people at once: one decision, one execution at most, and both see who", async () => {
      await using fleet = await twoNodes();
      const clients = await asking(fleet, "at-once");
      const [yes, no] = clients;
      const said = await Promise.allSettled([answer(yes, "approve"), answer(no, "deny")]);
      expect(said.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(said.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "already_answered" } });
      await Promise.all(clients.map((client) => shows(client, "ChatRun", "CHAT_RUN_STATUS_FINISHED")));
      expect(executions(fleet, "at-once")).toBe(said[0].status === "fulfilled" ? 1 : 0);
      await expectConverged(fleet, clients);
    });

    it("F-R9 whose process is killed while the call is executed is interrupted, and executed no second time", async () => {
      await using fleet = await twoNodes();
      const clients = await asking(fleet, "executing", "delete slowly");
      await answer(clients[0], "approve");
      await vi.waitFor(() => expect(executions(fleet, "executing")).toBe(1), WITHIN);
      const executing = fleet.nodes.findIndex((node) => node.executed("executing") === 1);
      const survivor = clients[executing === 0 ? 1 : 0];
      await fleet.nodes[executing]?.kill();
      await shows(survivor, "ChatRun", "CHAT_RUN_STATUS_INTERRUPTED");
      expect(shown(survivor, "ChatToolCall")).toMatchObject({ status: "interrupted", executing: false });
      expect(shown(survivor, "ChatApproval")["status"]).toBe("CHAT_APPROVAL_STATUS_APPROVED");
      expect(executions(fleet, "executing")).toBe(1);
      await expectSound(fleet, "executing");
    });

    it("AT-17 outlives the process that asked", async () => {
      await using fleet = await twoNodes();
      const clients = await asking(fleet, "killed");
      const owner = await fleet.owner("killed");
      const survivor = clients[fleet.nodes.indexOf(owner) === 0 ? 1 : 0];
      await owner.kill();
      await answer(survivor, "approve");
      await shows(survivor, "ChatRun", "CHAT_RUN_STATUS_FINISHED");
      expect(executions(fleet, "killed")).toBe(1);
      await expectSound(fleet, "killed");
    });
  },
);
