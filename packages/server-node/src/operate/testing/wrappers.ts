/** A module whose kind can hold a message of any type: the test of a reader that must know every type a hub's modules name. */
import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { UserMessageAcceptedSchema } from "@sessionstream/protocol/chat/v1";
import { SnapshotEntitySchema } from "@sessionstream/protocol/sessionstream/v1";
import { defineEvent, event } from "../../event/define-event.ts";
import type { HubModule } from "../../hub/hub-module.ts";
import { defineEntityKind } from "../../projection/define-entity-kind.ts";
import { defineProjection, on, put } from "../../projection/define-projection.ts";

const Wrapper = defineEntityKind("Wrapper", SnapshotEntitySchema);
const Wrapped = defineEvent("Wrapped", SnapshotEntitySchema);
const Said = defineEvent("Said", UserMessageAcceptedSchema);
export const wrappers: HubModule = {
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

/** Makes the entity "w1", which holds a message whose type only the event `Said` names. */
export function wrapped(content: string) {
  const said = create(UserMessageAcceptedSchema, { content });
  return event(Wrapped, { id: "w1", payload: anyPack(UserMessageAcceptedSchema, said) });
}
