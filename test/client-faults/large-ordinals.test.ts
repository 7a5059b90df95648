import { ORDINAL_MAX } from "@sessionstream/protocol";
import { createHub, type Hub, type MemoryStorageContents, memoryStorage } from "@sessionstream/server-node";
import { describe, expect, it } from "vitest";
import { type FollowedClient, followClient } from "../live-equals-reload/followed-client.ts";
import { noteEvent, notesModule } from "../live-equals-reload/notes-module.ts";
import { inProcessWire } from "../wire/in-process-wire.ts";

const PRINCIPAL = { id: "ada", tenant: "shop" };
const KEY = { tenant: "shop", session: "room-1" };

function start(contents: MemoryStorageContents): Hub {
  return createHub({ storage: memoryStorage(contents), modules: [notesModule], authorize: () => true });
}

/** A session whose next event has the given ordinal, as if all before it had been cut off. */
async function sessionAt(next: bigint): Promise<Hub> {
  const contents: MemoryStorageContents = new Map();
  const first = start(contents);
  await first.publish(KEY, [noteEvent({ type: "write", id: "n0", text: "first", open: false, twin: false })]);
  await first.close();
  for (const session of contents.values()) {
    const ordinal = next - 1n;
    session.head = { ...session.head, ordinal, projected: ordinal, floor: ordinal, horizon: ordinal };
    session.events.length = 0;
  }
  return start(contents);
}

async function settle(client: FollowedClient): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    client.wire.deliver();
  }
}

const grown = (text: string) => noteEvent({ type: "grow", id: "n0", text });

describe("ordinals beyond what a number holds", () => {
  it("F-C8 L3: twenty events across 2^53 are followed, cut and resumed exactly", async () => {
    const next = 2n ** 53n - 3n;
    const hub = await sessionAt(next);
    const wire = inProcessWire({ hub: () => hub, principal: PRINCIPAL, maxQueuedBytes: 1 << 20 });
    const client = followClient(wire, KEY.session, 50);
    await settle(client);
    for (let event = 0n; event < 20n; event += 1n) {
      await hub.publish(KEY, [grown(`${event} `)]);
      if (event % 7n === 3n) wire.cut();
      if (wire.connections === 0) client.platform.advance(3_000);
      await settle(client);
      expect(client.cursor().ordinal).toBe(next + event);
      expect(client.shown()[0]?.lastEventOrdinal).toBe(next + event);
    }
    expect(client.shown()[0]?.payload["content"]).toMatch(/^first0 1 2 .* 19 $/);
    expect(client.observer.updates.map(({ type }) => type)).toContain("delta");
    client.close();
    await hub.close();
  });

  it("F-C8 H60 the last ordinals are used up one by one, then the session says that it is full", async () => {
    const next = 2n ** 63n - 5n;
    const hub = await sessionAt(next);
    const wire = inProcessWire({ hub: () => hub, principal: PRINCIPAL, maxQueuedBytes: 1 << 20 });
    const client = followClient(wire, KEY.session, 50);
    await settle(client);
    for (let ordinal = next; ordinal <= ORDINAL_MAX; ordinal += 1n) {
      await hub.publish(KEY, [grown(".")]);
      await settle(client);
      expect(client.cursor().ordinal).toBe(ordinal);
    }
    await expect(hub.publish(KEY, [grown("!")])).rejects.toMatchObject({ code: "ordinal_exhausted", retryable: false });
    await settle(client);
    expect(client.cursor().ordinal).toBe(ORDINAL_MAX);
    expect(client.shown()[0]?.payload["content"]).toBe("first.....");
    client.close();
    await hub.close();
  });
});
