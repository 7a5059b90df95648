import type { RunEntity } from "@sessionstream/protocol/chat/v1";
import { describe, expect, it } from "vitest";
import { AT_ONCE, LOST } from "../../doorbell/testing/unreliable-doorbell.ts";
import { event } from "../../event/define-event.ts";
import type { Hub } from "../../hub/hub.ts";
import type { HubOptions } from "../../hub/hub-options.ts";
import { type FleetMember, type HubFleet, hubFleet } from "../../hub/testing/hub-fleet.ts";
import { chat } from "../chat.ts";
import { type ChatService, createChatService } from "../chat-service.ts";
import { chatStatus } from "../chat-status.ts";
import { ChatRunAwaitingInput, ChatRunResumed } from "../events.ts";
import { ChatRun } from "../kinds.ts";
import { SESSION, USER } from "../testing/chat-harness.ts";
import { type ManualEngine, manualEngine, textDeltas } from "../testing/manual-engine.ts";
import { runPhase } from "./run-phase.ts";

interface ChatNode extends FleetMember {
  readonly service: ChatService;
  readonly engine: ManualEngine;
}

/** Two processes on one storage. */
function twoNodes(): { readonly fleet: HubFleet; readonly a: ChatNode; readonly b: ChatNode } {
  const fleet = hubFleet();
  return { fleet, a: startNode(fleet), b: startNode(fleet) };
}

function startNode(fleet: HubFleet, options: Partial<HubOptions> = {}): ChatNode {
  const engine = manualEngine();
  const member = fleet.start([chat({ engine: engine.engine })], options);
  const service = createChatService({ hub: member.hub, mintId: () => fleet.clock.randomId() });
  return { ...member, service, engine };
}

const KEY = { tenant: USER.tenant, session: SESSION };
const target = { principal: USER, session: SESSION };

async function phaseAt(hub: Hub): Promise<string> {
  const snapshot = await hub.snapshot(target);
  return snapshot === null ? "none" : chatStatus(snapshot).phase;
}

async function runsAt(hub: Hub): Promise<readonly string[]> {
  const snapshot = await hub.snapshot(target);
  return (snapshot?.entities ?? []).flatMap(({ kind, payload }) =>
    // CAST: a record of this kind has its payload.
    kind === ChatRun ? [runPhase((payload as RunEntity).status)] : [],
  );
}

async function logOf(fleet: HubFleet): Promise<readonly string[]> {
  const events = await fleet.storage.events(KEY, { after: 0n, limit: 1_000 });
  return events === "gone" ? [] : events.map(({ name }) => name);
}

async function asked(fleet: HubFleet, node: ChatNode): Promise<void> {
  await node.service.submitPrompt({ ...target, prompt: "Hello?" });
  await fleet.clock.settle();
}

describe("a run and its owner", () => {
  it("F-R1 is answered by one process, however many watch it", async () => {
    const { fleet, a, b } = twoNodes();
    await phaseAt(b.hub);
    await asked(fleet, a);
    await fleet.clock.advance(60_000);
    expect([a.engine.calls.length, b.engine.calls.length]).toEqual([1, 0]);
    expect(await phaseAt(b.hub)).toBe("running");
  });

  it("F-R1 ends as interrupted within 45 s when its owner dies, though nobody asks for it", async () => {
    const { fleet, a, b } = twoNodes();
    await asked(fleet, a);
    a.engine.call.say(...textDeltas("1", "Half an ", "answer"));
    await fleet.clock.advance(12_000);
    a.kill();
    await fleet.clock.advance(45_000);
    expect((await logOf(fleet)).at(-1)).toBe("ChatRunInterrupted");
    expect(await phaseAt(b.hub)).toBe("interrupted");
    expect(await fleet.storage.expiredLeases(10)).toEqual([]);
  });

  it("F-R1 is found by a process that starts after all have died", async () => {
    const { fleet, a, b } = twoNodes();
    await asked(fleet, a);
    a.kill();
    b.kill();
    await fleet.clock.advance(60_000);
    startNode(fleet);
    await fleet.clock.advance(0);
    expect((await logOf(fleet)).at(-1)).toBe("ChatRunInterrupted");
  });

  it("F-R1 is started by exactly one other, if it dies between the prompt and the start", async () => {
    const { fleet, a, b } = twoNodes();
    const c = startNode(fleet);
    const dying = startNode(fleet, {
      failpoint: (name) => {
        if (name === "after-commit") dying.kill();
      },
    });
    await fleet.clock.advance(1_000);
    void dying.service.submitPrompt({ ...target, prompt: "Hello?" });
    await fleet.clock.settle();
    expect(await logOf(fleet)).toEqual(["ChatUserMessageAccepted", "ChatRunQueued"]);
    await fleet.clock.advance(12_000);
    expect([a, b, c].map(({ engine }) => engine.calls.length).sort()).toEqual([0, 0, 1]);
    expect(await phaseAt(a.hub)).toBe("running");
    expect((await logOf(fleet)).filter((name) => name === "ChatRunStarted")).toHaveLength(1);
  });

  it("F-R1 is started elsewhere when its own process leaves before its turn came", async () => {
    const { fleet, a, b } = twoNodes();
    await asked(fleet, a);
    await a.service.submitPrompt({ ...target, prompt: "And then?", commandId: "second" });
    await a.hub.close();
    await fleet.clock.advance(12_000);
    expect(await runsAt(b.hub)).toEqual(["interrupted", "running"]);
    expect(b.engine.call.request.prompt).toBe("And then?");
  });

  it("F-R1 that waits for a person is no orphan, whoever dies, and goes on to its end when answered", async () => {
    const { fleet, a, b } = twoNodes();
    await asked(fleet, a);
    const run = (await b.hub.snapshot(target))?.entities.find(({ kind }) => kind === ChatRun)?.id ?? "";
    const about = { messageId: `chat-msg-${run}`, correlation: { runId: run } };
    await a.hub.publish(KEY, [event(ChatRunAwaitingInput, about)]);
    a.kill();
    await fleet.clock.advance(120_000);
    expect(await phaseAt(b.hub)).toBe("awaiting-input");
    await b.hub.publish(KEY, [event(ChatRunResumed, about)]);
    await fleet.clock.advance(45_000);
    expect(await phaseAt(b.hub)).toBe("interrupted");
  });

  it("F-R5 that sleeps past its lease writes nothing when it wakes, and its engine is told to stop", async () => {
    const { fleet, a, b } = twoNodes();
    await asked(fleet, a);
    a.engine.call.say(...textDeltas("1", "Half"));
    await fleet.clock.advance(1_000);
    a.pause();
    await fleet.clock.advance(60_000);
    const log = await logOf(fleet);
    expect(log.at(-1)).toBe("ChatRunInterrupted");
    a.engine.call.say(...textDeltas("1", " too late"));
    a.resume();
    await fleet.clock.advance(1_000);
    expect(a.engine.call.signal.aborted).toBe(true);
    expect(await logOf(fleet)).toEqual(log);
    expect(await phaseAt(a.hub)).toBe("interrupted");
    expect(await phaseAt(b.hub)).toBe("interrupted");
    expect(a.hub.stats().effects).toBe(0);
  });

  it("F-R5 keeps its run over a storage that is away for longer than its lease, if nobody took it", async () => {
    const { fleet, a, b } = twoNodes();
    b.kill();
    await asked(fleet, a);
    fleet.storageIsAway = true;
    await fleet.clock.advance(60_000);
    fleet.storageIsAway = false;
    await fleet.clock.advance(11_000);
    a.engine.call.say(...textDeltas("1", "Still here."));
    a.engine.call.end();
    await fleet.clock.advance(1_000);
    expect((await logOf(fleet)).at(-1)).toBe("ChatRunFinished");
  });

  it.each([
    ["rung", AT_ONCE, 1_000],
    ["not rung", LOST, 6_000],
  ] as const)("F-B4 is stopped through another process, %s", async (_how, fate, withinMs) => {
    const { fleet, a, b } = twoNodes();
    fleet.doorbell.fate = fate;
    await asked(fleet, a);
    a.engine.call.say(...textDeltas("1", "Half"));
    await fleet.clock.advance(1_000);
    await b.service.stop(target);
    await fleet.clock.advance(withinMs);
    expect(a.engine.call.signal.aborted).toBe(true);
    expect(await phaseAt(b.hub)).toBe("stopped");
  });

  it("F-R1 asked to stop while its owner is dead ends as stopped", async () => {
    const { fleet, a, b } = twoNodes();
    await asked(fleet, a);
    a.kill();
    await b.service.stop(target);
    await fleet.clock.advance(45_000);
    expect(await phaseAt(b.hub)).toBe("stopped");
  });

  it("F-B7 whose session cannot be loaded keeps no other run from being taken over", async () => {
    const { fleet, a } = twoNodes();
    await asked(fleet, a);
    await a.service.submitPrompt({ ...target, session: "s2", prompt: "Hello?" });
    await fleet.clock.settle();
    a.kill();
    fleet.unreadable = SESSION;
    await fleet.clock.advance(45_000);
    const other = await fleet.storage.events({ ...KEY, session: "s2" }, { after: 0n, limit: 100 });
    expect(other === "gone" ? other : other.at(-1)?.name).toBe("ChatRunInterrupted");
    fleet.unreadable = null;
    await fleet.clock.advance(45_000);
    expect((await logOf(fleet)).at(-1)).toBe("ChatRunInterrupted");
  });
});
