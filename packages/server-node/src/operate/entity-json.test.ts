import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { ChatMessageEntitySchema } from "@sessionstream/protocol/chat/v1";
import { SnapshotEntitySchema } from "@sessionstream/protocol/sessionstream/v1";
import { expect, it } from "vitest";
import { defineEvent, event } from "../event/define-event.ts";
import type { HubModule } from "../hub/hub-module.ts";
import { room } from "../hub/testing/hub-scene.ts";
import { maintainedScene } from "../hub/testing/maintained-scene.ts";
import { defineEntityKind } from "../projection/define-entity-kind.ts";
import { defineProjection, on, put } from "../projection/define-projection.ts";
import { memoryStorage } from "../storage/memory/memory-storage.ts";
import { createEntityEncoder } from "./entity-json.ts";
import { replaySession } from "./inspect-session.ts";

const Wrapper = defineEntityKind("Wrapper", SnapshotEntitySchema);
const Wrapped = defineEvent("Wrapped", SnapshotEntitySchema);
const Said = defineEvent("Said", ChatMessageEntitySchema);
const wrappers: HubModule = {
  name: "wrappers",
  commands: [],
  events: [Wrapped, Said],
  kinds: [Wrapper],
  projections: [
    defineProjection({
      name: "wrappers",
      version: 1,
      writes: [Wrapper],
      on: [on(Wrapped, ({ payload }) => [put(Wrapper, payload.id, payload)])],
    }),
  ],
  due: () => [],
};

it("L06 an entity is written with what it holds of a type that only an event names", async () => {
  const storage = memoryStorage();
  const { hub } = maintainedScene(storage, { modules: [wrappers] });
  const said = create(ChatMessageEntitySchema, { content: "Hello" });
  await hub.publish(room, [event(Wrapped, { id: "w1", payload: anyPack(ChatMessageEntitySchema, said) })]);
  await hub.drain();
  const { entities } = await replaySession(storage, room, { modules: [wrappers] });
  expect(entities.map(createEntityEncoder([wrappers]))).toMatchObject([
    { kind: "Wrapper", id: "w1", payload: { id: "w1", payload: { content: "Hello" } } },
  ]);
});
