import { type ApprovalEntity, ChatApprovalStatus } from "@sessionstream/protocol/chat/v1";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AT_ONCE, LOST } from "../../doorbell/testing/unreliable-doorbell.ts";
import type { HubOptions } from "../../hub/hub-options.ts";
import { type FleetMember, type HubFleet, hubFleet } from "../../hub/testing/hub-fleet.ts";
import type { SharedMessageStorage } from "../../storage/contract.ts";
import { chat } from "../chat.ts";
import { type ApprovalDecision, type ChatService, createChatService } from "../chat-service.ts";
import type { Engine } from "../engine/engine.ts";
import { ChatApproval } from "../plugins/approval-entity.ts";
import { CALL, question } from "../testing/asking-chat.ts";
import { SESSION, USER } from "../testing/chat-harness.ts";

const target = (session = SESSION) => ({ principal: USER, session });
const MINUTE = 60_000;

interface Executed {
  readonly session: string;
  readonly node: string;
  readonly decision: string;
}

/** Asks once, then says what it was told; what it executes is written down where no process forgets it. */
function asker(node: string, executed: Executed[]): Engine {
  return async function* (request) {
    if (request.resumed === null) {
      yield* question(CALL);
      return;
    }
    for (const { decision, toolCallId } of request.resumed.answers) {
      executed.push({ session: request.session.session, node, decision });
      if (decision === "approved") yield { type: "tool-result", toolCallId, result: "gone" };
    }
    await request.sleep(5);
    yield { type: "text-delta", id: "1", text: "Done." };
  };
}

interface Node extends FleetMember {
  readonly service: ChatService;
}

function nodes(fleet: HubFleet, executed: Executed[]) {
  return (name: string, options: Partial<HubOptions> = {}): Node => {
    const member = fleet.start([chat({ engine: asker(name, executed) })], options);
    return { ...member, service: createChatService({ hub: member.hub, mintId: () => fleet.clock.randomId() }) };
  };
}

async function approvalAt({ hub }: FleetMember, session = SESSION): Promise<ApprovalEntity> {
  const snapshot = await hub.snapshot(target(session));
  const record = snapshot?.entities.find(({ kind }) => kind === ChatApproval);
  // CAST: a record of this kind has its payload.
  return record?.payload as ApprovalEntity;
}

async function asked(fleet: HubFleet, node: Node, session = SESSION): Promise<ApprovalEntity> {
  void node.service.submitPrompt({ ...target(session), prompt: "Delete it" });
  await fleet.clock.advance(50);
  return approvalAt(node, session);
}

function reply(node: Node, { approvalId, digest }: ApprovalEntity, decision: ApprovalDecision, session = SESSION) {
  return node.service.answerApproval({ ...target(session), approvalId, digest, decision });
}

async function logOf(fleet: HubFleet, session = SESSION): Promise<readonly string[]> {
  const events = await fleet.storage.events({ tenant: USER.tenant, session }, { after: 0n, limit: 1_000 });
  return events === "gone" ? [] : events.map(({ name }) => name);
}

describe("an approval and its processes", () => {
  it.each([
    ["rung", AT_ONCE],
    ["not rung", LOST],
  ] as const)("AT-17 is answered through another process, %s, and executed once", async (_, fate) => {
    const fleet = hubFleet();
    const executed: Executed[] = [];
    const start = nodes(fleet, executed);
    const [a, b] = [start("a"), start("b")];
    fleet.doorbell.fate = fate;
    const approval = await asked(fleet, a);
    await reply(b, approval, "approve");
    await fleet.clock.advance(1_000);
    expect(executed).toMatchObject([{ node: "b", decision: "approved" }]);
    await fleet.clock.advance(MINUTE);
    expect((await logOf(fleet)).at(-1)).toBe("ChatRunFinished");
    expect(await approvalAt(a)).toEqual(await approvalAt(b));
    expect(await fleet.storage.expiredLeases(10)).toEqual([]);
  });

  it("AT-17 outlives every process: the next one asks still, and goes on", async () => {
    const fleet = hubFleet();
    const executed: Executed[] = [];
    const start = nodes(fleet, executed);
    const [a, b] = [start("a"), start("b")];
    const approval = await asked(fleet, a);
    a.kill();
    b.kill();
    await fleet.clock.advance(5 * MINUTE);
    const c = start("c");
    await reply(c, approval, "approve");
    await fleet.clock.advance(1_000);
    expect(executed).toMatchObject([{ node: "c", decision: "approved" }]);
  });

  it("F-R9 answered through a process that dies right then is executed by another one, once", async () => {
    const fleet = hubFleet();
    const executed: Executed[] = [];
    const start = nodes(fleet, executed);
    const a = start("a");
    let deadly = false;
    const dying = start("dying", { failpoint: (name) => name === "after-commit" && deadly && dying.kill() });
    const approval = await asked(fleet, a);
    await approvalAt(dying);
    deadly = true;
    void reply(dying, approval, "approve");
    await fleet.clock.advance(MINUTE);
    expect(executed).toMatchObject([{ node: "a", decision: "approved" }]);
    expect((await logOf(fleet)).at(-1)).toBe("ChatRunFinished");
  });

  it("F-R8 expires within a sweep of its time, though whoever asked is gone and nobody looks", async () => {
    const fleet = hubFleet();
    const executed: Executed[] = [];
    const start = nodes(fleet, executed);
    const [a] = [start("a"), start("b")];
    await asked(fleet, a);
    await fleet.clock.advance(MINUTE);
    a.kill();
    await fleet.clock.advance(13 * MINUTE);
    expect(await logOf(fleet)).not.toContain("ChatApprovalSettled");
    await fleet.clock.advance(MINUTE + 15_000);
    expect(executed).toMatchObject([{ node: "b", decision: "expired" }]);
    expect((await logOf(fleet)).at(-1)).toBe("ChatRunFinished");
  });

  it("F-R8 that a process refuses as too late expires there, though the others have time left by their clocks", async () => {
    const fleet = hubFleet();
    const executed: Executed[] = [];
    const start = nodes(fleet, executed);
    const { clock } = fleet;
    const ahead = { ...clock, now: () => clock.now() + 20 * MINUTE, randomId: () => `ahead-${clock.randomId()}` };
    const [a, b] = [start("a"), start("b", { platform: ahead })];
    const approval = await asked(fleet, a);
    await expect(reply(b, approval, "approve")).rejects.toMatchObject({ code: "approval_expired" });
    await clock.advance(10_000);
    expect((await approvalAt(a)).status).toBe(ChatApprovalStatus.EXPIRED);
    expect(executed).toMatchObject([{ decision: "expired" }]);
  });

  it("C39 costs nothing while it waits: no lease is prolonged, no effect runs", async () => {
    const fleet = hubFleet();
    const start = nodes(fleet, []);
    let renewals = 0;
    const storage = {
      ...fleet.storage,
      renew: (...given: Parameters<typeof fleet.storage.renew>) => {
        renewals += 1;
        return fleet.storage.renew(...given);
      },
    };
    const a = start("a", { storage });
    await asked(fleet, a);
    const before = renewals;
    await fleet.clock.advance(10 * MINUTE);
    expect(renewals).toBe(before);
    expect(a.hub.stats().effects).toBe(0);
  });

  it("F-R6 of eight answers at once, through two processes, in any order, one counts and is executed", async () => {
    const answerer = fc.record({
      node: fc.constantFrom(0, 1),
      decision: fc.constantFrom<ApprovalDecision>("approve", "deny"),
      afterMs: fc.nat(4),
    });
    const history = fc.record({
      // A schedule for each of several sessions.
      schedules: fc.array(fc.array(answerer, { minLength: 8, maxLength: 8 }), { minLength: 5, maxLength: 5 }),
      commitMs: fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
      rung: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ schedules, commitMs, rung }) => {
        const fleet = hubFleet();
        fleet.doorbell.fate = rung ? AT_ONCE : LOST;
        const executed: Executed[] = [];
        const storage = slowlyCommitting(fleet, commitMs);
        const [a, b] = [nodes(fleet, executed)("a", { storage }), nodes(fleet, executed)("b", { storage })];
        const said = await Promise.all(
          schedules.map(async (answers, index) => {
            const session = `s${index}`;
            const outcomes: string[] = [];
            const approval = await asked(fleet, a, session);
            for (const { node, decision, afterMs } of answers) {
              fleet.clock.setTimer(afterMs, () => {
                void reply(node === 0 ? a : b, approval, decision, session).then(
                  ({ outcome }) => outcomes.push(String(outcome["status"])),
                  ({ code, reason }) => outcomes.push(`${code} ${reason}`),
                );
              });
            }
            return { session, outcomes };
          }),
        );
        await fleet.clock.advance(300);
        for (const { session, outcomes } of said) {
          const won = outcomes.filter((outcome) => outcome === "approved" || outcome === "denied");
          expect(won).toHaveLength(1);
          expect(outcomes.filter((outcome) => outcome === `already_answered ${won[0]}`)).toHaveLength(7);
          const told = executed.filter((call) => call.session === session);
          expect(told.map(({ decision }) => decision)).toEqual(won);
          const log = await logOf(fleet, session);
          const claims = log.filter((name) => name === "ChatToolExecutionStarted");
          expect(claims).toHaveLength(won[0] === "approved" ? 1 : 0);
          expect(log.at(-1)).toBe("ChatRunFinished");
        }
      }),
      { numRuns: 200 },
    );
  }, 180_000);
});

function slowlyCommitting({ clock, storage }: HubFleet, delays: readonly number[]): SharedMessageStorage {
  let commits = 0;
  return {
    ...storage,
    async commit(commit) {
      commits += 1;
      const ms = delays[commits % delays.length] ?? 0;
      if (ms > 0) await new Promise<void>((resolve) => clock.setTimer(ms, resolve));
      return storage.commit(commit);
    },
  };
}
