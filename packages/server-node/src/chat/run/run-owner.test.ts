import { describe, expect, it } from "vitest";
import type { Hub } from "../../hub/hub.ts";
import { type FleetMember, type HubFleet, hubFleet } from "../../hub/testing/hub-fleet.ts";
import { chat } from "../chat.ts";
import { type ChatService, createChatService } from "../chat-service.ts";
import { chatStatus } from "../chat-status.ts";
import { SESSION, USER } from "../testing/chat-harness.ts";
import { type ManualEngine, manualEngine, textDeltas } from "../testing/manual-engine.ts";

interface ChatNode extends FleetMember {
  readonly service: ChatService;
  readonly engine: ManualEngine;
}

/** Two processes on one storage. */
function twoNodes(): { readonly fleet: HubFleet; readonly a: ChatNode; readonly b: ChatNode } {
  const fleet = hubFleet();
  return { fleet, a: startNode(fleet), b: startNode(fleet) };
}

function startNode(fleet: HubFleet): ChatNode {
  const engine = manualEngine();
  const member = fleet.start([chat({ engine: engine.engine })]);
  const service = createChatService({ hub: member.hub, mintId: () => fleet.clock.randomId() });
  return { ...member, service, engine };
}

const target = { principal: USER, session: SESSION };

async function phaseAt(hub: Hub): Promise<string> {
  const snapshot = await hub.snapshot(target);
  return snapshot === null ? "none" : chatStatus(snapshot).phase;
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
    const log = await fleet.storage.events({ tenant: USER.tenant, session: SESSION }, { after: 0n, limit: 100 });
    expect(log === "gone" ? log : log.at(-1)?.name).toBe("ChatRunInterrupted");
    expect(await phaseAt(b.hub)).toBe("interrupted");
    expect(await fleet.storage.expiredLeases(10)).toEqual([]);
  });
});
