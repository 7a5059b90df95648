import { describe, expect, it } from "vitest";
import { type MemoryStorageContents, memoryStorage } from "../storage/memory/memory-storage.ts";
import { sharedMemory, sharedMemoryStorage } from "../storage/memory/shared-memory-storage.ts";
import type { HubModule } from "./hub-module.ts";
import { alice, notesOf, room, tableOf } from "./testing/hub-scene.ts";
import { follow, maintainedScene } from "./testing/maintained-scene.ts";
import { grown, noted, notesModule, POISON, Tally, tallyProjection } from "./testing/notes-module.ts";
import { scriptedStorage } from "./testing/scripted-storage.ts";

const CANARY = "4242-4242-4242-4242";

function write(hub: ReturnType<typeof maintainedScene>["hub"], id: string, text: string) {
  return hub.submit({
    principal: alice,
    session: room.session,
    command: "WriteNote",
    id: `c-${id}`,
    payload: { field: id, text },
  });
}

function dump(contents: MemoryStorageContents): string {
  const plain = (_: string, value: unknown) => {
    if (typeof value === "bigint") return `${value}`;
    return value instanceof Map ? [...value] : value;
  };
  return JSON.stringify([...contents], plain);
}

async function written() {
  const contents: MemoryStorageContents = new Map();
  const storage = memoryStorage(contents);
  const scene = maintainedScene(storage);
  await write(scene.hub, "a", "one");
  await write(scene.hub, "b", `my card is ${CANARY}`);
  await write(scene.hub, "c", "three");
  await scene.hub.publish(room, [grown("a", "!")]);
  return { ...scene, storage, contents };
}

describe("erasing", () => {
  it("F-E4 what an event said is gone from the log, the entities and what is stored of its command", async () => {
    const { hub, contents, storage } = await written();
    await hub.retain(room, { keepEvents: 3 });
    const before = await storage.events(room, { after: 1n, limit: 10 });
    const command = await storage.command(room, "c-b");
    await hub.erase(room, [2n]);
    expect(dump(contents)).not.toContain(CANARY);
    expect(dump(contents)).not.toContain(command?.fingerprint);
    expect(await notesOf(hub)).toEqual(["a:one!", "c:three"]);
    expect((await tableOf(maintainedScene(storage).hub)).entities).toEqual((await tableOf(hub)).entities);
    const after = await storage.events(room, { after: 1n, limit: 10 });
    const places = (events: typeof before) =>
      events === "gone" ? [] : events.map(({ ordinal, id, at }) => [ordinal, id, at]);
    expect(places(after)).toEqual(places(before));
  });

  it("F-E4 whoever watches starts over without it, and goes on from there", async () => {
    const { hub } = await written();
    const watching = await follow(hub);
    await hub.erase(room, [2n]);
    await hub.publish(room, [grown("c", "!")]);
    const client = watching.client();
    expect(client.violations).toEqual([]);
    expect(client.timeline().map(({ id }) => id)).toEqual(["a", "all", "c"]);
    expect(watching.modes().length).toBe(2);
    expect(
      JSON.stringify(await tableOf(hub), (_, value) => (typeof value === "bigint" ? `${value}` : value)),
    ).not.toContain(CANARY);
  });

  it("F-E4 L9: the command's id stays taken", async () => {
    const { hub } = await written();
    await hub.erase(room, [2n]);
    await expect(write(hub, "b", `my card is ${CANARY}`)).rejects.toMatchObject({ code: "key_reused" });
    await expect(write(hub, "a", "one")).resolves.toMatchObject({ repeated: true });
  });

  it("F-E4 records of what could not be read go too", async () => {
    const { hub, storage } = await written();
    await hub.publish(room, [noted("d", POISON)]);
    const loaded = await storage.load(room);
    if (loaded === null) throw new Error("nothing stored");
    const broken = { ordinal: 6n, id: "broken", at: 0, name: "Noted", payload: `{broken ${CANARY}` };
    const head = { ...loaded.head, revision: "x", ordinal: 6n, tag: "broken" };
    await storage.commit({ session: room, expect: loaded.head.revision, head, events: [broken] });
    const reader = maintainedScene(storage);
    await tableOf(reader.hub);
    expect(JSON.stringify((await reader.hub.errors()).map(({ raw }) => raw))).toContain(CANARY);
    await reader.hub.erase(room, [6n]);
    expect(JSON.stringify((await reader.hub.errors()).map(({ raw, message }) => [raw, message]))).not.toContain(CANARY);
  });

  it("F-E4 other processes forget it too, when they next look", async () => {
    const memory = sharedMemory(() => 0);
    const [a, b] = [maintainedScene(sharedMemoryStorage(memory)), maintainedScene(sharedMemoryStorage(memory))];
    await write(a.hub, "a", CANARY);
    await write(b.hub, "b", "two");
    const watching = await follow(b.hub);
    await a.hub.erase(room, [1n]);
    await b.platform.advance(10_000);
    expect(
      watching
        .client()
        .timeline()
        .map(({ id }) => id),
    ).toEqual(["b", "all"]);
    expect(await notesOf(b.hub)).toEqual(["b:two"]);
    await b.hub.publish(room, [grown("b", "!")]);
    expect(await notesOf(a.hub)).toEqual(["b:two!"]);
  });

  it("F-E4 H57 is refused where it could leave something: below the floor, or in kinds nobody here knows", async () => {
    const { hub, storage } = await written();
    for (const ordinals of [[], [0n], [9n]]) {
      await expect(hub.erase(room, ordinals)).rejects.toMatchObject({ code: "bad_request" });
    }
    await hub.retain(room, { keepEvents: 2 });
    await expect(hub.erase(room, [2n])).rejects.toMatchObject({ code: "gone" });
    await hub.drain();
    const ignorant: HubModule = { ...notesModule(), kinds: [Tally], projections: [tallyProjection], commands: [] };
    const other = maintainedScene(storage, { modules: [ignorant] });
    await expect(other.hub.erase(room, [3n])).rejects.toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining("Note"),
    });
    const nowhere = { ...room, session: "nowhere" };
    await expect(other.hub.erase(nowhere, [1n])).rejects.toMatchObject({ code: "session_not_found" });
  });

  it("H37 F-E4 says when the storage cannot", async () => {
    const { hub } = maintainedScene(scriptedStorage());
    await hub.publish(room, [noted("a")]);
    await expect(hub.erase(room, [1n])).rejects.toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining("RedactableStorage"),
    });
  });
});
