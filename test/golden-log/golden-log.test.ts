import { readdirSync, readFileSync } from "node:fs";
import type { StoredEntity } from "@sessionstream/server-node";
import { describe, expect, it } from "vitest";
import {
  contentsOf,
  GOLDEN_SESSION,
  GOLDEN_USER,
  type GoldenLog,
  goldenScene,
  parseGoldenLog,
  storageWith,
} from "./golden-log.ts";

const LOGS = new URL("./logs/", import.meta.url);

/** The entities that `log` leaves in a storage after this release has worked on it. */
async function made(log: GoldenLog): Promise<readonly StoredEntity[]> {
  const storage = await storageWith(log);
  const { hub, service, platform } = goldenScene(storage);
  await service.snapshot({ principal: GOLDEN_USER, session: GOLDEN_SESSION.session });
  await platform.settle();
  expect(await hub.errors()).toEqual([]);
  await hub.drain();
  return (await contentsOf(storage)).entities;
}

const readable = (entities: readonly StoredEntity[]) =>
  entities.map((entity) => ({ ...entity, payload: entity.removed ? "" : JSON.parse(entity.payload) }));

describe.each(readdirSync(LOGS))("the log of release %s", (file) => {
  const log = parseGoldenLog(readFileSync(new URL(file, LOGS), "utf8"));

  it("F-E1 replays to the entities that the release made of it", async () => {
    const otherView = { ...log, head: { ...log.head, view: "of another release", projected: 0n }, entities: [] };
    expect(readable(await made(otherView))).toEqual(readable(log.entities));
  });

  it("F-E1 its entities are read as they are", async () => {
    expect(readable(await made(log))).toEqual(readable(log.entities));
  });

  it("F-E1 its conversation goes on", async () => {
    const storage = await storageWith(log);
    const { hub, service, platform } = goldenScene(storage);
    await service.submitPrompt({ principal: GOLDEN_USER, session: GOLDEN_SESSION.session, prompt: "hello again" });
    await platform.settle();
    await platform.advance(60_000);
    await hub.drain();
    const after = await contentsOf(storage);
    expect(after.events.slice(0, log.events.length)).toEqual(log.events);
    expect(after.events.at(-1)?.name).toBe("ChatRunFinished");
  });
});
