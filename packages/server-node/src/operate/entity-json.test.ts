import { expect, it } from "vitest";
import { room } from "../hub/testing/hub-scene.ts";
import { maintainedScene } from "../hub/testing/maintained-scene.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { createEntityEncoder } from "./entity-json.ts";
import { replaySession } from "./inspect-session.ts";
import { wrapped, wrappers } from "./testing/wrappers.ts";

it("L06 an entity is written with what it holds of a type that only an event names", async () => {
  const storage = memoryStorage();
  const { hub } = maintainedScene(storage, { modules: [wrappers] });
  await hub.publish(room, [wrapped("Hello")]);
  await hub.drain();
  const { entities } = await replaySession(storage, room, { modules: [wrappers] });
  expect(entities.map(createEntityEncoder([wrappers]))).toMatchObject([
    { kind: "Wrapper", id: "w1", payload: { id: "w1", payload: { content: "Hello" } } },
  ]);
});
