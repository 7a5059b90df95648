import { create, type MessageShape } from "@bufbuild/protobuf";
import { TextAppendSchema } from "@sessionstream/protocol/sessionstream/v1";
import { expect, it } from "vitest";
import { defineEvent, event } from "../event/define-event.ts";
import { createHub } from "../hub/create-hub.ts";
import type { HubModule } from "../hub/hub-module.ts";
import { alice, attachRequest, room } from "../hub/testing/hub-scene.ts";
import { defineEntityKind } from "../projection/define-entity-kind.ts";
import { defineProjection, on, put } from "../projection/define-projection.ts";
import { type MemoryStorageContents, memoryStorage } from "../storage/memory/memory-storage.ts";
import { manualPlatform } from "../testing/manual-platform.ts";
import { keys } from "./testing/fan-out-scene.ts";
import { ScriptedSink } from "./testing/scripted-sink.ts";

type Redact = (payload: MessageShape<typeof TextAppendSchema>) => MessageShape<typeof TextAppendSchema>;

const REDACTIONS: Readonly<Record<string, Redact>> = {
  works: (payload) => payload,
  throws: () => {
    throw new Error("cannot redact");
  },
  "gives what cannot be encoded": () => create(TextAppendSchema, { text: "\ud83d" }),
};

const Shown = defineEvent("Shown", TextAppendSchema);
const shown = (field: string) => event(Shown, { field });

/** Cards by the name of the event's field; for `poison` the projection throws. */
function cards(redact: Redact): HubModule {
  const Card = defineEntityKind("Card", TextAppendSchema, { row: true, redact });
  const projection = defineProjection({
    name: "cards",
    version: 1,
    writes: [Card],
    on: [
      on(Shown, ({ payload }) => {
        if (payload.field === "poison") throw new Error("cannot project");
        return [put(Card, payload.field, payload)];
      }),
    ],
  });
  return { name: "cards", commands: [], events: [Shown], kinds: [Card], projections: [projection], due: () => [] };
}

/** Publishes a good event, one that no projection can take, and a good one; tells what is stored and who saw what. */
async function happened(projectionErrors: "skip" | "reject", redact: Redact) {
  const disk: MemoryStorageContents = new Map();
  const hub = createHub({
    storage: memoryStorage(disk),
    modules: [cards(redact)],
    authorize: () => true,
    platform: manualPlatform(),
    checkpoint: "always",
    projectionErrors,
  });
  const ours = new ScriptedSink();
  const reference = new ScriptedSink();
  await hub.attach(alice, attachRequest({ sink: ours }));
  await hub.attach(alice, attachRequest({ sink: reference, mode: "reference" }));
  const answers: string[] = [];
  for (const name of ["a", "poison", "b"]) {
    const published = hub.publish(room, [shown(name)]);
    answers.push(
      await published.then(
        ({ status }) => status,
        (error: { readonly code: string }) => error.code,
      ),
    );
  }
  const late = new ScriptedSink();
  const lateReference = new ScriptedSink();
  await hub.attach(alice, attachRequest({ sink: late }));
  await hub.attach(alice, attachRequest({ sink: lateReference, mode: "reference" }));
  const errors = (await hub.errors()).map(({ kind }) => kind);
  await hub.close();
  return {
    stored: await storedOn(disk),
    answers,
    errors: new Set(errors),
    events: reference.frames().flatMap(({ uiEvent }) => uiEvent?.eventOrdinal ?? []),
    live: ours.frames().flatMap(({ timeline }) => timeline?.changes?.map(({ id }) => id) ?? []),
    heads: ours.frames().flatMap(({ timeline }) => timeline?.ordinal ?? []),
    snapshots: [late, lateReference].map((sink) => keys(sink.frames()[0]?.snapshot)),
  };
}

/** Without the ids that are minted: records of errors take some of them. */
async function storedOn(disk: MemoryStorageContents) {
  const storage = memoryStorage(disk);
  const loaded = await storage.load(room);
  const log = await storage.events(room, { after: 0n, limit: 10 });
  return {
    head: [loaded?.head.ordinal, loaded?.head.projected],
    entities: loaded?.entities,
    events: log === "gone" ? log : log.map(({ id: _, ...stored }) => stored),
  };
}

const POLICIES = [
  ["skip", ["committed", "committed", "committed"], ["1", "2", "3"]],
  ["reject", ["committed", "projection_failed", "committed"], ["1", "2"]],
] as const;

const MATRIX = POLICIES.flatMap(([policy, answers, ordinals]) =>
  Object.keys(REDACTIONS).map((redaction) => [policy, redaction, answers, ordinals] as const),
);

it.each(MATRIX)(
  "H19 L6: with projections' errors on %s and a redaction that %s, neither decides for the other",
  async (policy, redaction, answers, ordinals) => {
    const redact = REDACTIONS[redaction] ?? fail;
    const actual = await happened(policy, redact);
    const flawless = await happened(policy, (payload) => payload);

    // The projections' policy alone says what is stored and answered, and which ordinals there are.
    expect(actual.stored).toEqual(flawless.stored);
    expect(actual.answers).toEqual(answers);
    expect(actual.heads).toEqual(ordinals);
    expect(actual.events).toEqual(ordinals);

    // The redaction alone says what is seen: whatever it cannot do is hidden, live and reloaded, on both wires.
    const seen = redaction === "works" ? ["a", "b"] : [];
    expect(actual.live).toEqual(seen);
    expect(actual.snapshots).toEqual([seen.map((id) => `Card/${id}`), seen.map((id) => `Card/${id}`)]);
    expect([...actual.errors].toSorted()).toEqual(redaction === "works" ? ["projection"] : ["fan-out", "projection"]);
  },
);

function fail(): never {
  throw new Error("no such redaction");
}
